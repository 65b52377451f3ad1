"""Plays tensorflow_model_server of TensorFlow Serving 1.4, for one model, over gRPC.

It really serves: `versions` watches the model's folder, `manager` has the newest version loaded (the new one
first, then the old one goes), `service` answers Predict, `savedmodel` is TensorFlow. The port is opened only
when the first version is loaded. `savedmodel`, `service` and `__main__` need TensorFlow and gRPC; the rest
does not.
Facts: tensorflow/serving 1.4.0, model_servers/main.cc, core/loader_harness.cc, model_servers/server_core.cc,
sources/storage_path/file_system_storage_path_source.cc.
"""
