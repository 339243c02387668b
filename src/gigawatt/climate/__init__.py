"""TODO(climate)"""
