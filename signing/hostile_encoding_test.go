package signing_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestHostileEncodings: a reader that believed another encoding than UTF-8, or
// read bytes that are no character, would see other text than was signed.
func TestHostileEncodings(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 12)) {
		k.refused(k.otherEncodings())
		k.refused(k.declaredOtherwise())
		k.refused(k.noCharacters())
	}
}

func (k *kit) otherEncodings() (all []attack) {
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		var two, four []byte
		for _, r := range k.good {
			for _, u := range utf16.Encode([]rune{r}) {
				two = order.AppendUint16(two, u)
			}
			four = order.AppendUint32(four, uint32(r))
		}
		all = append(all, attack{"UTF-16, " + name, string(two)}, attack{"UTF-32, " + name, string(four)},
			attack{"UTF-16 with its mark, " + name, string(order.AppendUint16(nil, 0xFEFF)) + string(two)},
			attack{"UTF-32 with its mark, " + name, string(order.AppendUint32(nil, 0xFEFF)) + string(four)})
	}
	var latin []byte
	for _, r := range k.good {
		latin = append(latin, byte(r))
	}
	return append(all, attack{"Latin-1", string(latin)}, attack{"the mark of UTF-16 before UTF-8", "\xFF\xFE" + k.good},
		attack{"the other mark before UTF-8", "\xFE\xFF" + k.good}, attack{"two marks of UTF-8", "\uFEFF\uFEFF" + k.good},
		attack{"half a mark", "\xEF\xBB" + k.good}, attack{"NUL first", "\x00" + k.good}, attack{"NUL second", k.good[:1] + "\x00" + k.good[1:]},
		attack{"GB18030 mark", "\x84\x31\x95\x33" + k.good}, attack{"gzip", "\x1f\x8b\x08\x00" + k.good})
}

// declaredOtherwise says another encoding than it has.
func (k *kit) declaredOtherwise() (all []attack) {
	for _, e := range []string{
		"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-7", "ISO-8859-1", "ISO-8859-15", "latin1", "windows-1252", "windows-1258", "TCVN", "VISCII", "US-ASCII", "ASCII",
		"IBM037", "EBCDIC-CP-US", "Shift_JIS", "EUC-JP", "GB18030", "HZ-GB-2312", "ISO-2022-JP", "ISO-2022-CN", "Big5", "CESU-8", "UTF8", "UTF-8 ", " UTF-8", "UTF-8\x00", "utf_8", "x", "", "UTF-8-MAC", "unicode-1-1-utf-8",
	} {
		for _, form := range []string{`<?xml version="1.0" encoding="%"?>`, `<?xml version='1.0' encoding='%' standalone='no' ?>`, "\uFEFF" + `<?xml version="1.0" encoding="%"?>`} {
			all = append(all, attack{"declared as " + e, strings.Replace(form, "%", e, 1) + k.good})
		}
	}
	return all
}

// noCharacters are bytes that XML or UTF-8 do not know, in every sort of place.
func (k *kit) noCharacters() (all []attack) {
	bad := []string{
		"\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xC1\xBF", "\x80", "\xBF", "\xC3", "\xE1\xBB", "\xF0\x9F\x96", "\xED\xA0\x80", "\xED\xBF\xBF", "\xED\xA0\xBD\xED\xB6\x8B",
		"\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF", "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\x7F\x80", "\xC0\x80",
	}
	for c := range byte(0x20) {
		if c != '\t' && c != '\n' && c != '\r' {
			bad = append(bad, string(rune(c)))
		}
	}
	for _, b := range bad {
		for name, pair := range map[string][2]string{
			"text": {"V/v", "V/v" + b}, "CDATA": {"V/v", "<![CDATA[" + b + "]]>V/v"}, "a comment": {"<e:To>", "<!-- " + b + " --><e:To>"},
			"a comment before the root": {"<edXML ", "<!--" + b + "--><edXML "}, "an attribute": {"<e:Subject>", `<e:Subject a="` + b + `">`},
			"a name": {"<e:To>", "<e:To" + b + ">"}, "an attribute's name": {"<e:Subject>", `<e:Subject a` + b + `="">`}, "a namespace": {`"urn:e"`, `"urn:e` + b + `"`},
			"base64": {"<ds:DigestValue>", "<ds:DigestValue>" + b}, "an end tag": {"</e:To>", "</e:To" + b + ">"}, "the end": {"</edXML>", "</edXML>" + b},
		} {
			all = append(all, attack{strings.ToUpper(name) + " with " + strings.Trim(strings.ToValidUTF8(b, "?"), "\n"), strings.Replace(k.good, pair[0], pair[1], 1)})
		}
	}
	return all
}
