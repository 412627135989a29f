package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
)

// The variables that the commands read themselves; package config would take them for settings.
const (
	envDir     = "LIENTHONG_DIR"
	envURL     = "LIENTHONG_URL"
	envKeyFile = "LIENTHONG_KEY_FILE"
)

// dir is the hub's directory: the argument, else the environment's, else the working directory.
func (a *app) dir(args []string) node.Dir {
	if len(args) > 0 {
		return node.Dir(args[0])
	}
	if d := a.getenv(envDir); d != "" {
		return node.Dir(d)
	}
	return "."
}

// load reads the configuration of a hub's directory. Mistakes in it end the program as mistakes in the command line do.
func (a *app) load(d node.Dir, flags map[string]string) (config.Config, error) {
	c, err := config.Load(d.Path(node.ConfigFile), a.settings(), flags)
	if errors.Is(err, os.ErrNotExist) {
		return c, usagef("%s is not a hub's directory: it has no %s (lienthong init makes one)", d, node.ConfigFile)
	}
	if err != nil {
		return c, &coded{exitUsage, err}
	}
	return c, nil
}

// settings is the environment as far as it is configuration.
func (a *app) settings() []string {
	return slices.DeleteFunc(slices.Clone(a.environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return name == envDir || name == envURL || name == envKeyFile
	})
}

// pairs reads settings as they stand in flags.
func pairs(settings []string) (map[string]string, error) {
	flags := make(map[string]string, len(settings))
	for _, s := range settings {
		path, value, ok := strings.Cut(s, "=")
		if !ok || path == "" {
			return nil, usagef("--set %q is not a setting as http.listen=127.0.0.1:8080", s)
		}
		flags[path] = value
	}
	return flags, nil
}
