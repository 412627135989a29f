package node

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// machine is what the console tells operators of the program and of what it runs on.
func (o Options) machine(n *Node, ready func() client.Readiness) console.Machine {
	return console.Machine{
		Started: n.clock(), Ready: ready, Sources: n.sources, Endings: n.certificatesEnding,
		Disk:     func() (free, total uint64, err error) { return diskRoom(o.Config.Data) },
		Stored:   func() ([]console.Stored, error) { return stored(o.Config.Data) },
		Time:     func() (exchange.TimeState, bool) { return n.Hub.Time.State() },
		Unproven: func() (int64, error) { return unproven(n) },
		Settings: settings(o.Config.Show()),
	}
}

func unproven(n *Node) (int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return n.Store.Unproven(ctx)
}

func (n *Node) certificatesEnding() (list []console.Ending) {
	for _, e := range n.endings() {
		ending := console.Ending{Agency: e.Agency, Fingerprint: e.Fingerprint, At: e.At}
		if a, ok := n.Directory.Agency(e.Agency); ok {
			ending.Name = a.Name
		}
		list = append(list, ending)
	}
	return list
}

// stored sums up the files of the data directory by what lies directly in it.
func stored(dir string) (list []console.Stored, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		size, err := sizeOf(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		list = append(list, console.Stored{Name: e.Name(), Bytes: size})
	}
	slices.SortStableFunc(list, func(a, b console.Stored) int { return int(min(max(b.Bytes-a.Bytes, -1), 1)) })
	return list, nil
}

// sizeOf is the size of a file, or of all files below a directory. What is removed meanwhile counts as nothing.
func sizeOf(path string) (sum int64, err error) {
	err = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum, err
}

// settings reads the lines of the configuration as it is shown: each value with its source. It holds no secret, those
// are in the files it names.
func settings(shown string) (list []console.Setting) {
	section := ""
	for line := range strings.Lines(shown) {
		key, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), ":")
		if !strings.HasPrefix(key, " ") {
			section = ""
		}
		if strings.TrimSpace(rest) == "" {
			section = key + "."
			continue
		}
		at := strings.LastIndex(rest, " # ")
		if at < 0 {
			continue
		}
		list = append(list, console.Setting{Path: section + strings.TrimSpace(key), Value: strings.TrimSpace(rest[:at]), Source: rest[at+len(" # "):]})
	}
	return list
}
