package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/config"
)

// TestManual: every setting has a page, with the default that it has, and the manual is a configuration by itself: its
// values are the defaults, and examples that are good of what has none.
func TestManual(t *testing.T) {
	c, err := config.Load("manual.yaml", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	given := config.Config{Data: c.Data, Anchors: c.Anchors, Hub: config.Hub{ID: c.Hub.ID, Name: c.Hub.Name, Origin: c.Hub.Origin}}
	want := config.Default()
	want.Data, want.Anchors, want.Hub = given.Data, given.Anchors, given.Hub
	if got, want := withoutSources(c.Show()), withoutSources(want.Resolve(".").Show()); got != want {
		t.Errorf("the manual has\n%swant\n%s", got, want)
	}
	required := []string{}
	for _, p := range config.Manual() {
		if p.Text == "" || strings.ContainsAny(p.Text[:1], "# ") {
			t.Errorf("%s: %q", p.Path, p.Text)
		}
		for line := range strings.Lines(p.Text) {
			if n := len([]rune(line)); n > 119 { // two blanks before it, a line break behind
				t.Errorf("%s: a line of %d characters", p.Path, n)
			}
		}
		if p.Required {
			required = append(required, p.Path+"="+p.Example)
		} else if p.Default == "" || p.Example != "" {
			t.Errorf("%s: default %q, example %q", p.Path, p.Default, p.Example)
		}
	}
	if want := []string{"data=" + c.Data, "anchors=" + c.Anchors, "hub.id=" + c.Hub.ID, "hub.name=" + c.Hub.Name, "hub.origin=" + c.Hub.Origin}; !reflect.DeepEqual(required, want) {
		t.Errorf("required: %q, want %q", required, want)
	}
}

func withoutSources(show string) string {
	var out strings.Builder
	for line := range strings.Lines(show) {
		value, _, _ := strings.Cut(line, " # ")
		out.WriteString(strings.TrimSpace(value) + "\n")
	}
	return out.String()
}
