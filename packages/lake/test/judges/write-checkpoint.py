"""Writes a checkpoint of a Delta table by delta-rs: python write-checkpoint.py <folder>"""

import sys

import deltalake

deltalake.DeltaTable(sys.argv[1]).create_checkpoint()
