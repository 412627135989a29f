package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

const (
	prefix     = "LIENTHONG_"
	prefixTest = "LIENTHONG_TEST_" // read by the tests, never a setting

	maxFile = 1 << 20
)

// Load returns the configuration of the file (none if path is empty), the environment in the form of os.Environ, and
// flags by the path of their setting. Values are checked by [Config.Check], and relative paths are resolved against the
// file's directory; whether the files named exist is left to [Config.CheckFiles].
//
// The error is the file's own if it cannot be opened, else [Mistakes]; a file that is no YAML is one mistake. The Config
// returned with an error is for showing only.
func Load(path string, environ []string, flags map[string]string) (Config, error) {
	l := newLoader()
	if path != "" {
		if err := l.file(path); err != nil {
			return Config{}, err
		}
	}
	l.environment(environ)
	l.flags(flags)
	c := l.config()
	l.check(c)
	return c.Resolve(filepath.Dir(path)), l.sorted().orNil()
}

// A loader lays one layer over the other and collects what is wrong with them.
type loader struct {
	all      *koanf.Koanf
	fields   []field
	sources  map[string]Source
	mistakes Mistakes
}

func newLoader() *loader {
	return &loader{all: koanf.New("."), fields: fields(), sources: map[string]Source{}}
}

// file returns an error if nothing of the file can be used.
func (l *loader) file(path string) error {
	b, err := readFile(path)
	if err != nil {
		return err
	}
	d := &document{}
	at := func(key string) Source { return Source(fmt.Sprintf("%s:%d", path, d.lines[key])) }
	if err := l.add(rawbytes.Provider(b), d, at); err != nil {
		return Mistakes{{Source: Source(path), Text: strings.TrimPrefix(err.Error(), "yaml: ")}}
	}
	for _, m := range d.mistakes {
		m.Source = at(m.Path)
		l.mistakes = append(l.mistakes, m)
	}
	return nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("config: %s is over %d bytes; is it a configuration?", path, maxFile)
	}
	return b, nil
}

func (l *loader) environment(environ []string) {
	known := map[string]string{}
	for _, f := range l.fields {
		known[f.variable()] = f.path
	}
	variables := env.Provider(".", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if strings.HasPrefix(name, prefixTest) {
				return "", nil
			}
			if known[name] == "" {
				l.unknown(name, Source("environment"), l.variables())
			}
			return known[name], value
		},
	})
	l.mustAdd(variables, func(path string) Source { return Source(field{path: path}.variable()) })
}

func (l *loader) flags(flags map[string]string) {
	values := make(map[string]any, len(flags))
	for path, value := range flags {
		values[path] = value
	}
	l.mustAdd(confmap.Provider(values, "."), func(string) Source { return fromFlag })
}

// add lays a layer over the ones before. The error is the parser's.
func (l *loader) add(p koanf.Provider, parser koanf.Parser, source func(path string) Source) error {
	layer := koanf.New(".")
	if err := layer.Load(p, parser); err != nil {
		return err
	}
	for path, value := range layer.All() {
		l.admit(path, value, source(path))
	}
	return l.all.Merge(layer)
}

// mustAdd is add for layers without a parser.
func (l *loader) mustAdd(p koanf.Provider, source func(path string) Source) {
	if err := l.add(p, nil, source); err != nil {
		panic(fmt.Sprintf("config: a layer in memory cannot fail to load: %v", err))
	}
}

// admit notes where a value comes from, and refuses a path that is no setting's.
func (l *loader) admit(path string, value any, source Source) {
	isField := func(f field) bool { return f.path == path || strings.HasPrefix(path, f.path+".") }
	inSection := func(f field) bool { return strings.HasPrefix(f.path, path+".") }
	if i := slices.IndexFunc(l.fields, isField); i >= 0 {
		l.sources[l.fields[i].path] = source
		return
	}
	if !slices.ContainsFunc(l.fields, inSection) {
		l.unknown(path, source, l.paths())
		return
	}
	if _, empty := value.(map[string]any); value != nil && !empty {
		l.mistakes = append(l.mistakes, Mistake{path, source, "is a section, not a value"})
	}
}

func (l *loader) unknown(name string, source Source, candidates []string) {
	text := "is not a setting"
	if near := nearest(name, candidates); near != "" {
		text += "; the nearest is " + near
	}
	l.mistakes = append(l.mistakes, Mistake{name, source, text})
}

// paths are the names of all settings.
func (l *loader) paths() (ps []string) {
	for _, f := range l.fields {
		ps = append(ps, f.path)
	}
	return ps
}

func (l *loader) variables() (vs []string) {
	for _, f := range l.fields {
		vs = append(vs, f.variable())
	}
	return vs
}

func (l *loader) config() Config {
	c := Default()
	c.sources = l.sources
	for _, f := range l.fields {
		if !l.all.Exists(f.path) {
			continue
		}
		if err := set(f.in(&c), l.all.Get(f.path)); err != nil {
			l.mistakes = append(l.mistakes, Mistake{f.path, l.sources[f.path], err.Error()})
		}
	}
	return c
}

// check adds what Check finds in the settings that could be read.
func (l *loader) check(c Config) {
	seen := map[string]bool{}
	for _, m := range l.mistakes {
		seen[m.Path] = true
	}
	for _, m := range c.mistakes() {
		if !seen[m.Path] {
			l.mistakes = append(l.mistakes, m)
		}
	}
}

// sorted puts settings in the order of the manual, behind what is no setting.
func (l *loader) sorted() Mistakes {
	place := map[string]int{}
	for i, f := range l.fields {
		place[f.path] = i + 1
	}
	slices.SortStableFunc(l.mistakes, func(a, b Mistake) int {
		if d := place[a.Path] - place[b.Path]; d != 0 {
			return d
		}
		return strings.Compare(a.Path, b.Path)
	})
	return l.mistakes
}

// Resolve returns c with relative paths resolved against dir, and with the places of the keys that follow from Data.
// The working directory is dir "" or ".".
func (c Config) Resolve(dir string) Config {
	for _, p := range []*string{&c.Data, &c.Anchors, &c.Hub.LogKey, &c.Hub.TokenKey, &c.HTTP.TLSCert, &c.HTTP.TLSKey} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if c.Hub.LogKey == "" {
		c.Hub.LogKey = filepath.Join(c.Data, "keys", "log.key")
	}
	if c.Hub.TokenKey == "" {
		c.Hub.TokenKey = filepath.Join(c.Data, "keys", "token.key")
	}
	return c
}
