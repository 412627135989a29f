package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Show is the configuration as a YAML file that loads to the same values, each with its source as a comment. It holds
// no secret: those are in the files it names.
func (c Config) Show() string {
	var b strings.Builder
	section := ""
	for _, f := range fields() {
		in, key, nested := strings.Cut(f.path, ".")
		if !nested {
			in, key = "", f.path
		}
		if in != section {
			fmt.Fprintf(&b, "%s:\n", in)
			section = in
		}
		if nested {
			b.WriteString("  ")
		}
		fmt.Fprintf(&b, "%s: %s # %s\n", key, yamlOf(f, &c), c.source(f.path))
	}
	return b.String()
}

func (c Config) source(path string) Source {
	if s, ok := c.sources[path]; ok {
		return s
	}
	return fromDefault
}

func yamlOf(f field, c *Config) string {
	value := f.in(c)
	items, list := texts(value)
	n := yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, item := range items {
		n.Content = append(n.Content, scalar(item, value.CanInt()))
	}
	if !list {
		n = *n.Content[0]
	}
	out, err := yaml.Marshal(&n)
	if err != nil {
		panic(fmt.Sprintf("config: texts are always YAML: %v", err))
	}
	return strings.TrimSpace(string(out))
}

// scalar quotes what people would take for a number or a truth value, but not numbers.
func scalar(s string, isNumber bool) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if isNumber {
		n.Tag = ""
	}
	return n
}
