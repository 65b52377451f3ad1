local base = import "base.libsonnet";

base + {
  // What this environment changes goes here.
}
