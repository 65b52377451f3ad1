{
  core:: { v1:: { list:: { new(items):: { apiVersion: 'v1', kind: 'List', items: items } } } },
}
