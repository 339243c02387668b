"""TODO(cooling)"""
