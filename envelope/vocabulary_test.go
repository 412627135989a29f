package envelope_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// TestValuesOfTheModels: every leaf with a text in the model files is a value, so that no comment can cut it short.
func TestValuesOfTheModels(t *testing.T) {
	files, err := filepath.Glob("testdata/shapes/*.edxml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no model files: %v", err)
	}
	for _, file := range files {
		checkValues(t, file, verified(t, read(t, file)).Root())
	}
}

func checkValues(t *testing.T, file string, el signing.Element) {
	t.Helper()
	leaf := true
	for child := range el.Children() {
		leaf = false
		checkValues(t, file, child)
	}
	if !leaf {
		return
	}
	text, err := el.Text()
	if err != nil {
		t.Fatalf("%s: %s: %v", file, el.Path(), err)
	}
	if strings.TrimSpace(text) != "" && !envelope.IsValue(el.Space(), el.Local()) {
		t.Errorf("%s: IsValue(%q) is false, but %s has a text", file, el.Local(), el.Path())
	}
}

func TestNamesThatEdXMLDoesNotKnow(t *testing.T) {
	for _, name := range []string{"X", "MessageHeader", "organid"} {
		if envelope.IsValue(envelope.Namespace, name) {
			t.Errorf("IsValue(%q) is true", name)
		}
	}
}
