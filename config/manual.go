package config

import (
	_ "embed" // the manual
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed manual.yaml
var manual []byte

// A Page is what the manual says of one setting.
type Page struct {
	Path     string `json:"setting"`
	Variable string `json:"variable"`           // its name in the environment
	Default  string `json:"default,omitempty"`  // as YAML; none where it is required
	Example  string `json:"example,omitempty"`  // of a required setting
	Required bool   `json:"required,omitempty"` // it has no default
	Text     string `json:"text"`               // lines of at most 120 characters
}

// Manual is a page for every setting, in the order of [Config].
func Manual() []Page {
	texts, examples := comments()
	known := Default()
	var pages []Page
	for _, f := range fields() {
		p := Page{Path: f.path, Variable: f.variable(), Required: lacking(f.path), Text: texts[f.path]}
		if p.Required {
			p.Example = examples[f.path]
		} else {
			p.Default = yamlOf(f, &known)
		}
		pages = append(pages, p)
	}
	return pages
}

// lacking is whether the defaults cannot do without the setting.
func lacking(path string) bool {
	for _, m := range Default().mistakes() {
		if m.Path == path {
			return true
		}
	}
	return false
}

// comments reads the manual: what is said above each setting, and its value.
func comments() (texts, values map[string]string) {
	texts, values = make(map[string]string), make(map[string]string)
	var doc yaml.Node
	if err := yaml.Unmarshal(manual, &doc); err != nil {
		panic("config: the manual is YAML: " + err.Error())
	}
	gather(doc.Content[0], "", texts, values)
	return texts, values
}

func gather(section *yaml.Node, prefix string, texts, values map[string]string) {
	for i := 0; i < len(section.Content); i += 2 {
		key, value := section.Content[i], section.Content[i+1]
		path := prefix + key.Value
		if value.Kind == yaml.MappingNode {
			gather(value, path+".", texts, values)
			continue
		}
		texts[path] = strings.ReplaceAll(strings.TrimPrefix(key.HeadComment, "# "), "\n# ", "\n")
		values[path] = value.Value
	}
}
