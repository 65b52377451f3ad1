{
  global: {
    // Values for all components.
  },
  components: {
    // One object for each component, written by `ks generate` and `ks param set`.
    "tf-job-crd": {
    },
  },
}
