package console

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// sideText is a side record in a line, without what has a column of its own.
func sideText(w words, s *translog.Side) string {
	var parts []string
	for _, f := range sideFields(w, s) {
		if f.Key != "address" && f.Key != "agent" {
			parts = append(parts, f.Name+": "+f.Text)
		}
	}
	return strings.Join(parts, " · ")
}

// A sideField is one text that lies beside an entry.
type sideField struct{ Key, Name, Text string }

func sideFields(w words, s *translog.Side) (all []sideField) {
	for key, text := range s.Fields {
		name, ok := w.texts["auditside."+key]
		if !ok { // an import names each agency under its code
			name = key
		}
		if strings.TrimSpace(text) != "" {
			all = append(all, sideField{key, name, w.sideValue(key, text)})
		}
	}
	slices.SortFunc(all, func(a, b sideField) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// sideValue is a value as people read it. What somebody wrote stays as it was written, and so does what a newer hub logs.
func (w words) sideValue(key, text string) string {
	switch key {
	case "level", "channel":
		return w.known(key+"."+text, text)
	case "roles":
		roles := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		for i, r := range roles {
			roles[i] = w.known("role."+r, r)
		}
		return strings.Join(roles, ", ")
	case "console", "sandbox", "accept_unsigned":
		return w.known("auditside.bool."+text, text)
	case "ms":
		return w.text("attempt.ms", "n", text)
	case "until", "replaced_until", "former_until", "code_until", "legacy_sha1_until", "closed_at", "codes", "successors":
		return isoTime.ReplaceAllStringFunc(text, readableTime)
	}
	return text
}

// known is a text, or another where there is none.
func (w words) known(key, other string) string {
	if text, ok := w.texts[key]; ok {
		return text
	}
	return other
}

var isoTime = regexp.MustCompile(`\d{4}-\d{2}-\d{2}(T[0-9:]+(Z|[+-][0-9:]+))?`)

func readableTime(iso string) string {
	if t, err := time.Parse(time.RFC3339, iso); err == nil {
		return clock(t)
	}
	if t, err := time.ParseInLocation(time.DateOnly, iso, envelope.ICT()); err == nil {
		return written(t, "02/01/2006")
	}
	return iso
}
