package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is a koanf parser of the part of YAML that a configuration needs: one document of mappings, lists and
// scalars. A scalar is the text as it is written, whatever YAML would make of it: 010 is not eight and "no" is not
// false. It remembers where every key stands, and what it did not understand.
type document struct {
	lines    map[string]int // by path
	mistakes Mistakes       // Source is filled in by the loader
}

var errDocuments = errors.New("holds more than one YAML document")

// Unmarshal is for koanf. The error is about the file as a whole; what is wrong with single keys is in d.mistakes.
func (d *document) Unmarshal(b []byte) (map[string]any, error) {
	d.lines = map[string]int{}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var root yaml.Node
	if err := dec.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return map[string]any{}, nil
		}
		return nil, err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errDocuments
	}
	top := root.Content[0]
	if isNull(top) {
		return map[string]any{}, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a configuration is keys and values, as in data: /var/lib/lienthong", top.Line)
	}
	return d.mapping(top, ""), nil
}

// Marshal is for koanf, which calls it only to write files; nothing here does.
func (d *document) Marshal(map[string]any) ([]byte, error) {
	return nil, errors.New("config: koanf does not write files here")
}

func (d *document) mapping(n *yaml.Node, prefix string) map[string]any {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		path := prefix + key.Value
		if why := badKey(key, m); why != "" {
			d.mistake(path, key.Line, why)
			continue
		}
		d.lines[path] = key.Line
		m[key.Value] = d.value(value, path)
	}
	return m
}

func badKey(key *yaml.Node, seen map[string]any) string {
	switch _, twice := seen[key.Value]; {
	case key.Kind != yaml.ScalarNode:
		return "has a key that is not a word"
	case strings.Contains(key.Value, "."):
		return "is not how sections are written; put the second word on a line of its own, indented"
	case twice:
		return "stands there twice"
	}
	return ""
}

// value returns nil for what it refuses, and for null.
func (d *document) value(n *yaml.Node, path string) any {
	switch {
	case n.Kind == yaml.MappingNode:
		return d.mapping(n, path+".")
	case n.Kind == yaml.SequenceNode:
		return d.sequence(n, path)
	case n.Kind == yaml.ScalarNode && !isNull(n):
		return n.Value
	case n.Kind == yaml.AliasNode:
		d.mistake(path, n.Line, "is an alias; write the value itself")
	}
	return nil
}

func (d *document) sequence(n *yaml.Node, path string) []string {
	items := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || isNull(item) {
			d.mistake(path, item.Line, "is a list with an item that is not a plain value")
			continue
		}
		items = append(items, item.Value)
	}
	return items
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (d *document) mistake(path string, line int, text string) {
	d.lines[path] = line
	d.mistakes = append(d.mistakes, Mistake{Path: path, Text: text})
}
