#!/bin/bash -e
# Started by the hub, with the user's claim on the home folder. An empty claim gets what a home has.
if [ -z "$(ls --almost-all --ignore=lost+found "$HOME")" ]; then
    echo "$HOME is empty: making work and .jupyter"
    mkdir "$HOME/work" "$HOME/.jupyter"
fi
exec jupyterhub-singleuser "$@"
