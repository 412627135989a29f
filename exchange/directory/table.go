package directory

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// A tableRow is one line of an import. has tells which columns the file has.
type tableRow struct {
	line   int
	id     exchange.AgencyID
	cells  map[string]string
	agency exchange.Agency
}

func columns() []string   { return []string{"id", "name", "parent", "level", "channel", "aliases"} }
func mandatory() []string { return []string{"id", "name", "level"} }

// onto is the agency as the row wants it: what the file does not say stays.
func (r tableRow) onto(a exchange.Agency) exchange.Agency {
	a.ID = r.id
	a.Name, a.Level = r.cells["name"], exchange.Level(r.cells["level"])
	if parent, ok := r.cells["parent"]; ok {
		a.Parent = exchange.AgencyID(parent)
	}
	if channel := r.cells["channel"]; channel != "" {
		a.Channel = exchange.Channel(channel)
	}
	a.Channel = cmp.Or(a.Channel, exchange.Pull)
	if aliases, ok := r.cells["aliases"]; ok {
		a.Aliases = codes(aliases)
	}
	return a
}

func codes(cell string) []exchange.AgencyID {
	var all []exchange.AgencyID
	for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == '|' }) {
		all = append(all, exchange.AgencyID(word))
	}
	return all
}

// readTable reads the lines of the file. A line that is no row is a mistake, and the rest is read all the same.
func readTable(raw []byte) ([]tableRow, mistakes) {
	var found mistakes
	in := csv.NewReader(bytes.NewReader(raw))
	in.Comma, in.TrimLeadingSpace, in.FieldsPerRecord = delimiter(raw), true, -1
	header, err := in.Read()
	if err != nil {
		found.add("id", "Tệp phải bắt đầu bằng dòng tên cột: %s.", "the file begins with the names of the columns: %s", strings.Join(columns(), ","))
		return nil, found.on(1)
	}
	header = named(header)
	if found.header(header); len(found) > 0 {
		return nil, found.on(1)
	}
	return readRows(in, header)
}

func readRows(in *csv.Reader, header []string) (rows []tableRow, found mistakes) {
	lines := make(map[exchange.AgencyID]int)
	for n := 1; ; n++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, found
		}
		line := lineOf(in, err)
		if n > maxRows {
			return rows, append(found, tooManyRows().on(line)...)
		}
		row, one := newRow(header, record, line, err)
		if first, twice := lines[row.id]; twice {
			one.add("id", "Mã %s đã có ở dòng %d.", "the id %s stands in line %d already", row.id, first)
		}
		if len(one) > 0 {
			found = append(found, one.on(line)...)
			continue
		}
		lines[row.id] = line
		rows = append(rows, row)
	}
}

func tooManyRows() (m mistakes) {
	m.add("id", "Tệp có quá %d dòng; hãy chia nhỏ.", "the file has more than %d rows; split it", maxRows)
	return m
}

// lineOf is where the record begins that was read last, or where it could not be read.
func lineOf(in *csv.Reader, err error) int {
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		return broken.Line
	}
	line, _ := in.FieldPos(0)
	return line
}

// newRow makes a row of what was read, or of why nothing was.
func newRow(header, record []string, line int, err error) (tableRow, mistakes) {
	var m mistakes
	row := tableRow{line: line, cells: make(map[string]string, len(header))}
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		m.add("id", "Dòng không đọc được: %s.", "the line cannot be read: %s", broken.Err)
		return row, m
	}
	if len(record) != len(header) {
		m.add("id", "Dòng có %d ô, tiêu đề có %d.", "the line has %d fields, the header %d", len(record), len(header))
		return row, m
	}
	for i, name := range header {
		row.cells[name] = strings.TrimSpace(record[i])
	}
	row.id = exchange.AgencyID(row.cells["id"])
	if row.id == "" {
		m.add("id", "Thiếu mã định danh.", "the identifier is missing")
	}
	return row, m
}

// header holds the names of the columns against those there are.
func (m *mistakes) header(names []string) {
	seen := make(map[string]bool)
	for _, name := range names {
		if !slices.Contains(columns(), name) {
			m.add("id", "Không có cột “%s”; các cột: %s.", "there is no column %q; the columns are %s", name, strings.Join(columns(), ","))
		}
		if seen[name] {
			m.add("id", "Cột “%s” có hai lần.", "the column %q stands twice", name)
		}
		seen[name] = true
	}
	for _, name := range mandatory() {
		if !seen[name] {
			m.add(name, "Thiếu cột “%s”.", "the column %q is missing", name)
		}
	}
}

func named(header []string) []string {
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.ToLower(strings.TrimSpace(h))
	}
	return names
}

// delimiter: spreadsheets of Vietnamese settings write semicolons.
func delimiter(raw []byte) rune {
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	if bytes.IndexByte(first, ';') >= 0 && bytes.IndexByte(first, ',') < 0 {
		return ';'
	}
	return ','
}

// on gives mistakes their line.
func (m mistakes) on(line int) mistakes {
	for i := range m {
		m[i].Line = line
	}
	return m
}

// inOrder sorts by line and keeps what was found first first.
func (m mistakes) inOrder() mistakes {
	slices.SortStableFunc(m, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return m
}
