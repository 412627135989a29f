package demo

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/exchange"
)

// heirs are the communes into which those of Yên Lập merge. Their codes are for illustration.
func heirs() []place {
	var all []place
	for i, name := range [...]string{"xã Yên Lập", "xã Sơn Lương", "xã Xuân Viên"} {
		all = append(all, place{id: heirID(i), name: "UBND " + name + " (mới)", short: "UBND", parent: province, level: exchange.Commune,
			channel: exchange.Pull, city: "Yên Lập", head: "Chủ tịch", inCharge: "UBND tỉnh Phú Thọ", heir: true})
	}
	return all
}

func heirID(i int) exchange.AgencyID { return exchange.AgencyID(fmt.Sprintf("H44.%d", 101+i)) }

func communeID(i int) exchange.AgencyID {
	return exchange.AgencyID(fmt.Sprintf("000.%02d.24.H44", i+1))
}

// Of the seventeen communes the first fourteen merge into three, the next is divided between two of them, the next has a
// new code, and the last is left alone.
const (
	merging = 14
	divided = merging
	renamed = merging + 1
)

// reformed waits for the day of the reform and carries it out: the software of those who end finishes its work, the
// directory changes in one step, and what waits goes to who takes their place.
func (r *run) reformed(ctx context.Context, people *pilot, hub *node.Node) error {
	at := r.reform
	if r.For > 0 && r.For/2 < at {
		at = r.For / 2
	}
	if !rest(ctx, at) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	r.say("\n01/07/2025: không còn cấp huyện; các xã sáp nhập, chia tách, đổi mã. Sở, ngành vẫn gửi theo mã cũ.\n")
	var ending sync.WaitGroup
	for _, s := range people.softwares {
		if s.place.id == district || ends(s.place.id) {
			ending.Go(func() { people.retire(s) })
		}
	}
	ending.Wait()
	parents, mapping := r.tables()
	if _, err := hub.Directory.Import(ctx, clerk, strings.NewReader(parents), false); err != nil {
		return fmt.Errorf("demo: reform: %w", err)
	}
	if _, err := hub.Directory.ImportMapping(ctx, clerk, strings.NewReader(mapping), false); err != nil {
		return fmt.Errorf("demo: reform: %w", err)
	}
	moved, err := hub.Hub.MoveWaiting(ctx)
	if err != nil {
		return fmt.Errorf("demo: reform: %w", err)
	}
	r.say("Đang chờ: %d lượt chuyển tới đơn vị kế thừa, %d lượt trả lại nơi gửi.\n", moved.Redirected, moved.Stranded)
	return nil
}

// ends reports whether an agency is closed on that day, besides the district.
func ends(id exchange.AgencyID) bool {
	for i := range divided + 1 {
		if communeID(i) == id {
			return true
		}
	}
	return false
}

// tables are the files that an operator would import: the communes' new parent, and what became of whom.
func (r *run) tables() (parents, mapping string) {
	var who, what strings.Builder
	who.WriteString("id,name,parent,level\n")
	for _, p := range r.places {
		if p.parent == district {
			fmt.Fprintf(&who, "%s,%s,%s,%s\n", p.id, p.name, province, p.level)
		}
	}
	const day = "2025-07-01"
	what.WriteString("old,new,from,until,kind\n")
	fmt.Fprintf(&what, "%s,,%s,,close\n", district, day)
	for i := range merging {
		fmt.Fprintf(&what, "%s,%s,%s,,merge\n", communeID(i), heirsOf(communeID(i))[0], day)
	}
	for i := range 2 {
		fmt.Fprintf(&what, "%s,%s,%s,,split\n", communeID(divided), heirID(i), day)
	}
	fmt.Fprintf(&what, "%s,H44.110,%s,,rename\n", communeID(renamed), day)
	return who.String(), what.String()
}

// heirsOf are those who take the place of an agency alone.
func heirsOf(id exchange.AgencyID) []exchange.AgencyID {
	for i := range merging {
		if communeID(i) == id {
			return []exchange.AgencyID{heirID(i * 3 / merging)}
		}
	}
	return nil
}

// retire ends the work of a software in order: it sends and takes no more, and what it was answering is answered.
func (p *pilot) retire(s *software) {
	s.retire()
	for _, d := range p.doorsteps {
		if d.software == s {
			d.close()
		}
	}
}
