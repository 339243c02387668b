"""TODO(finance)"""
