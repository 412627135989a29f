package config_test

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/config"
)

const (
	full    = "testdata/good/full.yaml"
	minimal = "testdata/good/minimal.yaml"
)

func load(t *testing.T, path string, environ []string, flags map[string]string) config.Config {
	t.Helper()
	c, err := config.Load(path, environ, flags)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFullFile(t *testing.T) {
	dir := filepath.Join("testdata", "good")
	const day = 24 * time.Hour
	want := config.Config{
		Data:    filepath.Join(dir, "data"),
		Anchors: filepath.Join(dir, "anchors.pem"),
		Hub: config.Hub{
			ID: "000.00.01.H40", Name: "Trục liên thông văn bản tỉnh Phú Thọ", Origin: "hub.phutho.gov.vn",
			LogKey: filepath.Join(dir, "keys", "checkpoints.key"), TokenKey: "/etc/lienthong/token.key",
		},
		HTTP: config.HTTP{
			Listen: ":8443", TLSCert: filepath.Join(dir, "tls", "chain.pem"), TLSKey: filepath.Join(dir, "tls", "key.pem"),
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.2.4/32"), netip.MustParsePrefix("2001:db8::4/128")},
		},
		Admin:  config.Admin{Listen: "10.1.2.3:9100"},
		Limits: config.Limits{Body: 32 << 20, Memory: 1 << 30, Addressees: 500, SecretNotations: []string{"M-UBND", "TM-UBND"}},
		Delivery: config.Delivery{
			Workers: 4, AttemptTimeout: config.Duration(90 * time.Second), Lease: config.Duration(10 * time.Minute),
			Lifetime: [5]config.Term{
				{Time: config.Duration(60 * day)}, {WorkingDays: 20}, {Time: config.Duration(10*day + 12*time.Hour)},
				{Time: config.Duration(2 * day)}, {Time: config.Duration(time.Hour)},
			},
			Answer: config.Term{WorkingDays: 5},
			DelayNotice: [5]config.Term{{}, {WorkingDays: 1}, {Time: config.Duration(2 * time.Hour)},
				{Time: config.Duration(time.Hour)}, {Time: config.Duration(time.Minute)}},
			Allow: []netip.Prefix{
				netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("2001:db8::/32"),
			},
		},
		Certificates: config.Certificates{Policies: []x509.OID{oid(t, "1.3.6.1.4.1.55555.1.2"), oid(t, "1.3.6.1.4.1.55555.1.3")}},
		Revocation: config.Revocation{
			Policy:  config.Require,
			Anchors: []config.AnchorPolicy{{Fingerprint: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", Policy: config.Off}},
			MaxAge:  config.Duration(2 * day), Refresh: config.Duration(6 * time.Hour), Timeout: config.Duration(5 * time.Second),
			Allow: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")},
		},
		Clock: config.Clock{Policy: config.Require, MaxError: config.Duration(500 * time.Millisecond)},
		Log:   config.Log{Level: slog.LevelDebug},
	}
	if got := load(t, full, nil, nil); got.Show() != withSources(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got.Show(), withSources(got, want))
	}
}

func oid(t *testing.T, text string) x509.OID {
	t.Helper()
	id, err := x509.ParseOID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// withSources shows the values of want with the sources of c.
func withSources(c, want config.Config) string {
	c.Data, c.Anchors, c.Hub, c.HTTP, c.Admin = want.Data, want.Anchors, want.Hub, want.HTTP, want.Admin
	c.Limits, c.Delivery, c.Log = want.Limits, want.Delivery, want.Log
	c.Certificates, c.Revocation, c.Clock = want.Certificates, want.Revocation, want.Clock
	return c.Show()
}

// A setting that full.yaml forgets, or leaves at its default, would go untested.
func TestFullFileHasEverySetting(t *testing.T) {
	for line := range strings.Lines(load(t, full, nil, nil).Show()) {
		if !strings.Contains(line, "# "+full) && !strings.HasSuffix(line, ":\n") {
			t.Errorf("not set in %s: %s", full, line)
		}
	}
}

func TestDefaultsLackOnlyWhatTheOperatorKnows(t *testing.T) {
	var ms config.Mistakes
	if err := config.Default().Check(); !errors.As(err, &ms) {
		t.Fatalf("Check of the defaults = %v, want Mistakes", err)
	}
	var got []string
	for _, m := range ms {
		got = append(got, m.Path+" "+m.Text)
	}
	want := []string{"data is required", "anchors is required", "hub.id is required", "hub.name is required", "hub.origin is required"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMinimalFileIsTheDefaultsOtherwise(t *testing.T) {
	want := config.Default()
	want.Data, want.Anchors = "/var/lib/lienthong", "/etc/lienthong/anchors.pem"
	want.Hub = config.Hub{
		ID: "000.00.01.H40", Name: "Trục liên thông", Origin: "hub.example.vn",
		LogKey: "/var/lib/lienthong/keys/log.key", TokenKey: "/var/lib/lienthong/keys/token.key",
	}
	if got := load(t, minimal, nil, nil); got.Show() != withSources(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got.Show(), withSources(got, want))
	}
}

func TestLayers(t *testing.T) {
	environ := []string{
		"PATH=/bin",
		"LIENTHONG_TEST_REQUIRE=xmlsec1", // the tests' own, no setting
		"LIENTHONG_DELIVERY_WORKERS=5",
		"LIENTHONG_DELIVERY_ATTEMPT_TIMEOUT=45s",
		"LIENTHONG_DELIVERY_ALLOW=10.0.0.0/8, 192.168.0.0/16",
		"LIENTHONG_LIMITS_SECRET_NOTATIONS=",
	}
	c := load(t, full, environ, map[string]string{"delivery.workers": "6"})
	tests := []struct {
		name      string
		got, want any
		line      string // of Show
	}{
		{"flag over environment over file", c.Delivery.Workers, 6, "  workers: 6 # flag\n"},
		{"environment over file", c.Delivery.AttemptTimeout, config.Duration(45 * time.Second),
			"  attempt_timeout: 45s # LIENTHONG_DELIVERY_ATTEMPT_TIMEOUT\n"},
		{"a list is replaced, not mixed", len(c.Delivery.Allow), 2,
			"  allow: [10.0.0.0/8, 192.168.0.0/16] # LIENTHONG_DELIVERY_ALLOW\n"},
		{"an empty variable empties a list", len(c.Limits.SecretNotations), 0,
			"  secret_notations: [] # LIENTHONG_LIMITS_SECRET_NOTATIONS\n"},
		{"file over default", c.Limits.Addressees, 500, "  addressees: 500 # testdata/good/full.yaml:20\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !reflect.DeepEqual(tt.got, tt.want) {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
			if !strings.Contains(c.Show(), tt.line) {
				t.Errorf("Show lacks %q:\n%s", tt.line, c.Show())
			}
		})
	}
	if c := load(t, minimal, nil, nil); !strings.Contains(c.Show(), "  workers: 16 # default\n") {
		t.Errorf("Show does not name the default's source:\n%s", c.Show())
	}
}

func TestShowLoadsToTheSame(t *testing.T) {
	first := load(t, full, nil, map[string]string{"hub.name": `"quoted": # true`, "limits.secret_notations": "no, 010"})
	path := filepath.Join(t.TempDir(), "shown.yaml")
	if err := os.WriteFile(path, []byte(first.Show()), 0o600); err != nil {
		t.Fatal(err)
	}
	second := load(t, path, nil, nil)
	for _, p := range []*string{&first.Data, &first.Anchors, &first.Hub.LogKey, &first.HTTP.TLSCert, &first.HTTP.TLSKey} {
		*p = filepath.Join(filepath.Dir(path), *p) // relative to the file that was read
	}
	if got, want := second.Show(), withSources(second, first); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A scalar is what is written, whatever YAML would make of it.
func TestScalarsAreTexts(t *testing.T) {
	path := write(t, "data: 010\nanchors: /a\nhub: {id: no, name: 2018-07-12, origin: 1e3}\n")
	c := load(t, path, nil, nil)
	got := []string{filepath.Base(c.Data), c.Hub.ID, c.Hub.Name, c.Hub.Origin}
	if want := []string{"010", "no", "2018-07-12", "1e3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Each file of testdata/bad says itself, behind "# want:", what is wrong with it; with the line where a key stands.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, err := config.Load(path, nil, nil)
			var ms config.Mistakes
			if !errors.As(err, &ms) {
				t.Fatalf("Load = %v, want Mistakes", err)
			}
			got := sentences(ms)
			if want := wanted(t, path); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func sentences(ms config.Mistakes) (list []string) {
	for _, m := range ms {
		list = append(list, strings.TrimSpace(m.Path+" "+m.Text))
	}
	slices.Sort(list)
	return list
}

func wanted(t *testing.T, path string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, want, ok := strings.Cut(line, "# want:"); ok {
			list = append(list, strings.TrimSpace(want))
		}
	}
	slices.Sort(list)
	return list
}

func TestMistakesNameTheirPlace(t *testing.T) {
	path := write(t, "data: /d\nanchors: /a\nhub: {id: H40, name: N}\ndelivery:\n  wokers: 3\n")
	environ := []string{"LIENTHONG_DELIVERY_LEASE=soon", "LIENTHONG_HUB_ORIGN=x"}
	_, err := config.Load(path, environ, map[string]string{"limits.body": "1B", "limit.body": "1MiB"})
	if err == nil {
		t.Fatal("Load = nil, want mistakes")
	}
	got := err.Error()
	for _, want := range []string{
		"config: " + path + ":5: delivery.wokers is not a setting; the nearest is delivery.workers",
		"config: environment: LIENTHONG_HUB_ORIGN is not a setting; the nearest is LIENTHONG_HUB_ORIGIN",
		"config: flag: limit.body is not a setting; the nearest is limits.body",
		"config: hub.origin is required",
		"config: flag: limits.body = 1B is not in 64KiB to 1GiB",
		`config: LIENTHONG_DELIVERY_LEASE: delivery.lease = "soon": not a duration`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "config: "); n != 6 {
		t.Errorf("%d mistakes, want 6:\n%s", n, got)
	}
}

func TestUnreadableFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.yaml")
	if _, err := config.Load(missing, nil, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load of a missing file = %v, want os.ErrNotExist", err)
	}
	huge := write(t, strings.Repeat("#", 1<<20+1))
	if _, err := config.Load(huge, nil, nil); err == nil || !strings.Contains(err.Error(), "over 1048576 bytes") {
		t.Errorf("Load of a huge file = %v, want it refused for its size", err)
	}
}

// Files that say nothing are as good as no file: the mistakes are those of the defaults.
func TestEmptyFiles(t *testing.T) {
	_, none := config.Load("", nil, nil)
	for _, text := range []string{"", "# later\n", "---\n", "~\n", "{}\n"} {
		if _, err := config.Load(write(t, text), nil, nil); err == nil || err.Error() != none.Error() {
			t.Errorf("Load of %q = %v, want %v", text, err, none)
		}
	}
}

func TestPathsAreResolvedFromTheFile(t *testing.T) {
	c := config.Config{Data: "d", Anchors: "/abs/a.pem", HTTP: config.HTTP{TLSCert: "c.pem"}}.Resolve("/etc/lienthong")
	got := []string{c.Data, c.Anchors, c.HTTP.TLSCert, c.HTTP.TLSKey, c.Hub.LogKey, c.Hub.TokenKey}
	want := []string{
		"/etc/lienthong/d", "/abs/a.pem", "/etc/lienthong/c.pem", "",
		"/etc/lienthong/d/keys/log.key", "/etc/lienthong/d/keys/token.key",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lienthong.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever the file, Load answers with an error or with a configuration that Check accepts and Show gives back.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := config.Load(write(t, string(b)), nil, nil)
		if err != nil {
			return
		}
		if err := c.Check(); err != nil {
			t.Fatalf("loaded, but Check = %v", err)
		}
		again, err := config.Load(write(t, c.Show()), nil, nil)
		if err != nil {
			t.Fatalf("Show does not load: %v\n%s", err, c.Show())
		}
		if got, want := again.Show(), withSources(again, c); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}
