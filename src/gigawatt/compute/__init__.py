"""TODO(compute)"""
