package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(pattern)
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v, %d files", pattern, err, len(all))
	}
	return all
}

func templates(t *testing.T) []string {
	return glob(t, "templates/*/*.html")
}

func texts(t testing.TB, lang string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, name := range glob(t, "words/"+lang+"/*.json") {
		if err := json.Unmarshal([]byte(read(t, name)), &all); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// English is as complete as Vietnamese, with the same blanks to fill.
func TestBothLanguagesAreComplete(t *testing.T) {
	vi, en := texts(t, "vi"), texts(t, "en")
	blank := regexp.MustCompile(`\{[a-z]+\}`)
	for key := range vi {
		if strings.TrimSpace(vi[key]) == "" || strings.TrimSpace(en[key]) == "" {
			t.Errorf("%s is empty or missing: %q, %q", key, vi[key], en[key])
		}
		one, two := blank.FindAllString(vi[key], -1), blank.FindAllString(en[key], -1)
		slices.Sort(one)
		slices.Sort(two)
		if !slices.Equal(one, two) {
			t.Errorf("%s: blanks %v and %v", key, one, two)
		}
	}
	for key := range en {
		if _, ok := vi[key]; !ok {
			t.Errorf("%s is in English only", key)
		}
	}
}

// Every text is used: a key stands in a template or in the code, or begins with a part that the code completes.
func TestNoTextIsLeftOver(t *testing.T) {
	var source strings.Builder
	for _, name := range append(templates(t), glob(t, "*.go")...) {
		if !strings.HasSuffix(name, "_test.go") {
			source.WriteString(read(t, name))
		}
	}
	completed := []string{"transport.", "processing.", "event.", "error.", "reason.", "role.", "urgency.", "progress.", "band.answered.", "check.duplicate.",
		"incoming.tab.", "incoming.empty.", "outgoing.tab.", "outgoing.empty.", "account.done.", "channel.", "field.", "recall.", "asked.", "consented.", "consent.", "takeback.effect.", "takeback.count.", "related.", "left.", "incoming.other", "outgoing.other",
		"sent.done.", "overtaken.", "filter.period.", "filter.signature.", "slip.sent.", "slip.received.", "way.",
		"agency.standing.", "agency.breaker.", "agency.dead.", "agency.channel.", "agency.level.", "agency.step.", "agency.advice.", "agency.route.",
		"agency.keys.done.", "agency.people.done.", "agency.calls.tab.",
		"kind.", "cause.", "elapsed.", "traffic.state.", "traffic.side.", "traffic.view.", "traffic.col.", "transfer.fact.", "transfer.signature.", "revocation.", "attempt.", "resend.not.", "fault.", "import.count.", "import.difference.", "import.kind.", "task.", "tile.", "ails.", "ready.",
		"roster.tab.", "level.", "fitness.", "profile.fact.", "profile.done.", "profile.status.", "profile.secret.", "changed.", "change.", "person.",
		"calendar.priority.", "calendar.bad.", "length.", "threshold.", "weekday.", "system.fact.", "system.from.",
		"logged.", "loggroup.", "auditlog.went.", "logkind.", "auditside.", "auditlog.operator", "auditlog.auditor", "auditlife.class.", "auditlife.altered.", "auditlife.relation.", "broken.", "compare.",
		"report.clock.", "report.figure.", "report.role.", "report.sheet.", "report.traffic", "report.punctual"}
	all := source.String()
	for _, key := range slices.Sorted(maps.Keys(texts(t, "vi"))) {
		begun := slices.ContainsFunc(completed, func(p string) bool { return strings.HasPrefix(key, p) })
		if !begun && !strings.Contains(all, `"`+key+`"`) && !strings.HasSuffix(key, ".title") {
			t.Errorf("%s is used nowhere", key)
		}
	}
}

// Every icon that a template or the code names is drawn.
func TestEveryIconIsDrawn(t *testing.T) {
	drawn := read(t, "assets/icons.svg")
	named := regexp.MustCompile(`template "icon" "([a-z-]+)"|Icon: +"([a-z-]+)"`)
	found := 0
	for _, name := range append(templates(t), glob(t, "*.go")...) {
		for _, m := range named.FindAllStringSubmatch(read(t, name), -1) {
			if icon := m[1] + m[2]; !strings.Contains(drawn, `id="`+icon+`"`) {
				t.Errorf("%s names the icon %s, which is none", name, icon)
			}
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d icons were looked for", found)
	}
}

var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
	spoken = regexp.MustCompile(`(?s)\b(?:title|alt|placeholder|aria-label|value)="([^"]*)"`)
	letter = regexp.MustCompile(`\pL`)
)

// No template has words of its own, in no language.
func TestNoTemplateHasBareWords(t *testing.T) {
	fixed := regexp.MustCompile(`^[0-9]?$`) // values that are no words
	for _, name := range templates(t) {
		text := action.ReplaceAllString(read(t, name), "")
		for _, m := range spoken.FindAllStringSubmatch(text, -1) {
			if letter.MatchString(m[1]) && !fixed.MatchString(m[1]) && m[1] != "tat-ca" {
				t.Errorf("%s: an attribute says %q", name, m[1])
			}
		}
		if bare := strings.TrimSpace(tag.ReplaceAllString(text, "")); letter.MatchString(bare) {
			t.Errorf("%s says by itself: %.80q", name, bare[letter.FindStringIndex(bare)[0]:])
		}
	}
}

// Nothing inline, which the policy would refuse, and nothing from elsewhere.
func TestPagesAreSelfContained(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\s(?:style|on[a-z]+|hx-on[^=]*|hx-live|hx-vars)\s*=|<style|<script(?:>|\s+[^>]*[^r]>)|javascript:`)
	for _, name := range templates(t) {
		text := action.ReplaceAllString(read(t, name), "")
		if m := inline.FindString(text); m != "" && !strings.Contains(m, "src=") {
			t.Errorf("%s has %q", name, m)
		}
	}
	elsewhere := regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9][^\s"')]*`)
	allowed := []string{"http://www.w3.org/2000/svg"}
	for _, name := range append(templates(t), glob(t, "assets/*.*")...) {
		if strings.HasSuffix(name, ".woff2") || strings.HasSuffix(name, ".min.js") {
			continue
		}
		for _, m := range elsewhere.FindAllString(read(t, name), -1) {
			if !slices.Contains(allowed, m) {
				t.Errorf("%s names %s", name, m)
			}
		}
	}
}

// The files of others are the ones they published: what is here is what was looked at.
func TestVendoredFilesArePinned(t *testing.T) {
	for name, want := range map[string]string{
		"htmx-4.0.1.min.js":                  "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130", // npm htmx.org 4.0.1, dist/htmx.min.js
		"hx-sse-4.0.1.min.js":                "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103", // npm htmx.org 4.0.1, dist/ext/hx-sse.min.js
		"inter-vietnamese-wght-normal.woff2": "5c66f9e07e90c6d4ac4922cc68d60de26c17b1858e677fb5e603fce3952b3ff2", // npm @fontsource-variable/inter 5.3.0, files/
		"inter-latin-wght-normal.woff2":      "3100e775e8616cd2611beecfa23a4263d7037586789b43f035236a2e6fbd4c62",
		"icons.svg":                          "61648c244d9d3c0d5950be5486cac38e298c30e913d1805f6f43514c25719c80", // npm @tabler/icons 3.51.0, icons/outline/, put together
	} {
		sum := sha256.Sum256([]byte(read(t, "assets/"+name)))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has SHA-256 %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"htmx-LICENSE", "inter-LICENSE", "tabler-icons-LICENSE"} {
		if !strings.Contains(strings.ToLower(read(t, "assets/"+name)), "permission") {
			t.Errorf("%s is no licence", name)
		}
	}
}

// A newcomer reads templates and style sheet in a sitting.
func TestTheyStaySmall(t *testing.T) {
	if n := len(read(t, "assets/console.css")); n > 25<<10 {
		t.Errorf("the style sheet has %d bytes", n)
	}
	if n := strings.Count(read(t, "assets/console.js"), "\n"); n > 300 {
		t.Errorf("the script has %d lines", n)
	}
	for _, name := range templates(t) {
		if n := strings.Count(read(t, name), "\n"); n > 100 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
}

// Assets are for ever under their name, and the licences of the source are not served.
func TestAssets(t *testing.T) {
	w := newWorld(t)
	v := w.stranger()
	p := v.get("/dang-nhap")
	addresses := []string{p.Find("link[rel=stylesheet]").AttrOr("href", ""), p.Find("script").First().AttrOr("src", "")}
	css := v.get(addresses[0])
	for _, m := range regexp.MustCompile(`url\("([^"]+)"\)`).FindAllStringSubmatch(css.Text, -1) {
		addresses = append(addresses, "/tai-nguyen/"+m[1])
	}
	if len(addresses) != 4 {
		t.Fatalf("addresses %v, want sheet, script and two fonts", addresses)
	}
	for _, a := range addresses {
		got := v.get(a)
		if got.Status != 200 || got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || got.Header.Get("Content-Type") == "" {
			t.Errorf("%s: %d, %v", a, got.Status, got.Header)
		}
	}
	for _, a := range []string{"/tai-nguyen/console.css", "/tai-nguyen/htmx-LICENSE", "/tai-nguyen/..%2fconsole.go"} {
		if got := v.get(a); got.Status != 404 {
			t.Errorf("%s: %d, want 404", a, got.Status)
		}
	}
}
