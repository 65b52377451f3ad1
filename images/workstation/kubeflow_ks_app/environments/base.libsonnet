local components = std.extVar("__ksonnet/components");

components + {
  // What all environments change goes here.
}
