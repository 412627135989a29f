package console_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Whatever kind of change the directory logs, and whatever it writes beside an entry, has words: an auditor reads no keys.
func TestLoggedChangesHaveWords(t *testing.T) {
	kind := regexp.MustCompile(`(?:kind: |kind = |kind := |deed\{translog\.\w+, |own\(ctx, x, s, |raw|dry, )"([a-z-]+)"`)
	side := regexp.MustCompile(`(?:text\[|[{\t ])"([a-z0-9_]+)"(?:\] = |: )`)
	files, err := filepath.Glob("../directory/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	vi := texts(t, "vi")
	var kinds, keys int
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kind.FindAllStringSubmatch(string(raw), -1) {
			kinds++
			if vi["logkind."+m[1]] == "" {
				t.Errorf("%s: the kind %s has no words", name, m[1])
			}
		}
		if !slices.Contains([]string{"put.go", "key.go", "endpoint.go", "person.go"}, filepath.Base(name)) {
			continue // there the maps are of errors
		}
		for line := range strings.Lines(string(raw)) {
			if strings.Contains(line, "Values:") {
				continue
			}
			for _, m := range side.FindAllStringSubmatch(line, -1) {
				keys++
				if vi["auditside."+m[1]] == "" {
					t.Errorf("%s: what is written beside an entry as %s has no words", name, m[1])
				}
			}
		}
	}
	if kinds < 20 || keys < 15 {
		t.Errorf("only %d kinds and %d keys found: the patterns no longer fit the sources", kinds, keys)
	}
}

// Numbers, times, roles and settings beside an entry are shown as people read them; what somebody wrote stays.
func TestAuditorReadsValues(t *testing.T) {
	w := newWorld(t)
	soat := w.person("soat", "", "auditor")
	acts := soat.get("/kiem-tra/quan-tri")
	for _, want := range []string{"Vai trò: Kiểm tra", "Kênh: API, đơn vị lấy", "Cấp: Sở, ban, ngành", "Làm việc trên bảng điều khiển: có"} {
		if !acts.has(want) {
			t.Errorf("the acts lack %q", want)
		}
	}
	iso := regexp.MustCompile(`\d{4}-\d\d-\d\d|: true|: pull|auditor`)
	if found := iso.FindString(acts.Find("#list tbody").Text()); found != "" {
		t.Errorf("the acts say %q", found)
	}
}
