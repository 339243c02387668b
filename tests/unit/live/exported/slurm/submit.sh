#!/bin/sh
set -e
cd "$(dirname "$0")"
job3=$(sbatch --parsable jobs/3.sbatch)
job4=$(sbatch --parsable --dependency=afterok:$job3 jobs/4.sbatch)
