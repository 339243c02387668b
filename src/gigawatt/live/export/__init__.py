"""A cluster's tenants, quotas and waiting jobs in the words of other schedulers: Kueue and Slurm."""
