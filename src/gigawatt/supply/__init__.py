"""TODO(supply)"""
