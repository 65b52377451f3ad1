local params = std.extVar("__ksonnet/params");
local globals = import "globals.libsonnet";
local envParams = params + {
  components +: {
    // Values that differ in this environment.
  },
};

{
  components: {
    [name]: envParams.components[name] + globals
    for name in std.objectFields(envParams.components)
  },
}
