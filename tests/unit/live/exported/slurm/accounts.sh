#!/bin/sh
set -e
sacctmgr -i add qos borrow
sacctmgr -i modify qos borrow set priority=0
sacctmgr -i add account speech-1 description=Speech_1 fairshare=1000
sacctmgr -i add qos speech-1-own
sacctmgr -i modify qos speech-1-own set priority=10 grptres=gres/gpu=8 preempt=borrow
sacctmgr -i modify account speech-1 set qos=speech-1-own,borrow defaultqos=speech-1-own
sacctmgr -i add account thesis description=thesis fairshare=2000
sacctmgr -i modify account thesis set qos=borrow defaultqos=borrow
sacctmgr -i add account vision description=vision fairshare=1000
sacctmgr -i add qos vision-own
sacctmgr -i modify qos vision-own set priority=10 grptres=gres/gpu=16 preempt=borrow
sacctmgr -i modify account vision set qos=vision-own,borrow defaultqos=vision-own
