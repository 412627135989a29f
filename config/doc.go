// Package config is the hub's configuration: the types, where their values come from, and what is wrong with them.
//
// [Config] has every setting with its meaning and its limits, [Default] the defaults, [Manual] the same for operators, out of
// manual.yaml. [Load] reads, each over the one before,
//
//   - the defaults,
//   - a YAML file,
//   - the environment: LIENTHONG_ and the setting's path in capitals, dots as underscores
//     (LIENTHONG_DELIVERY_ATTEMPT_TIMEOUT is delivery.attempt_timeout); a list is separated by commas,
//   - flags, by path.
//
// Variables that begin with LIENTHONG_TEST_ are the tests' and no settings. Those that a program reads itself, it leaves
// out of the environment that it passes to Load.
//
// A key that does not exist is refused with the nearest one that does, and all mistakes are told at once, each with
// its path and the place it comes from. Secrets are never values here: they are paths to files.
//
// It is not a place for state that changes while the hub runs (agencies, endpoints, keys: those live in the store),
// and it opens nothing: [Config.CheckFiles] looks whether the files named can be used, and that is all.
package config
