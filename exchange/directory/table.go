package directory

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lienthong/lienthong/exchange"
)

// A sheet says what columns a file has. Fields of the first of them name a row in mistakes about the whole of it.
type sheet struct {
	columns   []string
	mandatory []string
	once      bool // the first column names each row, and nothing stands twice
}

func agencySheet() sheet {
	return sheet{columns: []string{"id", "name", "parent", "level", "channel", "aliases", "gateway", "sends_for"},
		mandatory: []string{"id", "name", "level"}, once: true}
}

// A tableRow is one line of a file; cells has what the columns of the file hold.
type tableRow struct {
	line  int
	id    exchange.AgencyID
	cells map[string]string
}

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
	if gateway, ok := r.cells["gateway"]; ok {
		a.Gateway = exchange.AgencyID(gateway)
	}
	if others, ok := r.cells["sends_for"]; ok {
		a.SendsFor = codes(others)
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

// read reads the lines of the file. A line that is no row is a mistake, and the rest is read all the same.
func (s sheet) read(raw []byte) ([]tableRow, mistakes) {
	var found mistakes
	in := csv.NewReader(bytes.NewReader(raw))
	in.Comma, in.TrimLeadingSpace, in.FieldsPerRecord = delimiter(raw), true, -1
	header, err := in.Read()
	if !legibleCells(header) {
		found.notUTF8(s.columns[0])
		return nil, found.on(1)
	}
	if err != nil {
		found.add(s.columns[0], "Tệp phải bắt đầu bằng dòng tên cột: %s.", "the file begins with the names of the columns: %s", strings.Join(s.columns, ","))
		return nil, found.on(1)
	}
	header = named(header)
	if s.header(header, &found); len(found) > 0 {
		return nil, found.on(1)
	}
	return s.rows(in, header)
}

func (s sheet) rows(in *csv.Reader, header []string) (rows []tableRow, found mistakes) {
	lines := make(map[exchange.AgencyID]int)
	for n := 1; ; n++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, found
		}
		line := lineOf(in, err)
		if n > MaxRows {
			return rows, append(found, s.tooManyRows().on(line)...)
		}
		row, one := s.row(header, record, line, err)
		if first, twice := lines[row.id]; twice && s.once {
			one.add(s.columns[0], "Mã %s đã có ở dòng %d.", "the id %s stands in line %d already", row.id, first)
		}
		if len(one) > 0 {
			found = append(found, one.on(line)...)
			continue
		}
		lines[row.id] = line
		rows = append(rows, row)
	}
}

func (s sheet) tooManyRows() (m mistakes) {
	m.add(s.columns[0], "Tệp có quá %d dòng; hãy chia nhỏ.", "the file has more than %d rows; split it", MaxRows)
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

// row makes a row of what was read, or of why nothing was.
func (s sheet) row(header, record []string, line int, err error) (tableRow, mistakes) {
	var m mistakes
	row := tableRow{line: line, cells: make(map[string]string, len(header))}
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		m.add(s.columns[0], "Dòng không đọc được: %s.", "the line cannot be read: %s", broken.Err)
		return row, m
	}
	if !legibleCells(record) {
		m.notUTF8(s.columns[0])
		return row, m
	}
	if len(record) != len(header) {
		m.add(s.columns[0], "Dòng có %d ô, tiêu đề có %d.", "the line has %d fields, the header %d", len(record), len(header))
		return row, m
	}
	for i, name := range header {
		row.cells[name] = strings.TrimSpace(record[i])
	}
	row.id = exchange.AgencyID(row.cells[s.columns[0]])
	if row.id == "" {
		m.add(s.columns[0], "Thiếu mã định danh.", "the identifier is missing")
	}
	return row, m
}

// legibleCells reports whether a line is UTF-8. The NUL is in every line of UTF-16, and in none of UTF-8.
func legibleCells(record []string) bool {
	return !slices.ContainsFunc(record, func(cell string) bool { return !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) })
}

func (m *mistakes) notUTF8(field string) {
	m.add(field, "Dòng không phải bảng mã UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”.", "the line is not in UTF-8; save the sheet as “CSV UTF-8”")
}

// header holds the names of the columns against those there are.
func (s sheet) header(names []string, m *mistakes) {
	seen := make(map[string]bool)
	for _, name := range names {
		if !slices.Contains(s.columns, name) {
			m.add(s.columns[0], "Không có cột “%s”; các cột: %s.", "there is no column %q; the columns are %s", name, strings.Join(s.columns, ","))
		}
		if seen[name] {
			m.add(s.columns[0], "Cột “%s” có hai lần.", "the column %q stands twice", name)
		}
		seen[name] = true
	}
	for _, name := range s.mandatory {
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
