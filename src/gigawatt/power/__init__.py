"""TODO(power)"""
