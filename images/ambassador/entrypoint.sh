#!/bin/sh
exec python3 -m lab.standins.ambassador "$@"
