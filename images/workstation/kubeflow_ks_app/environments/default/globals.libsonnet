{
  // Values that every component of this environment gets.
}
