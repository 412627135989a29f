package demo

import (
	"fmt"
	"math/rand/v2"

	"github.com/lienthong/lienthong/exchange"
)

// A place is one agency of the pilot, before it has keys and software.
type place struct {
	id       exchange.AgencyID
	name     string
	short    string // stands in the notation of its documents
	parent   exchange.AgencyID
	level    exchange.Level
	channel  exchange.Channel
	city     string
	head     string // position of the one who signs
	fails    bool   // its endpoint answers 503 for a while
	dead     bool   // nobody listens at its endpoint
	seldom   bool   // its software looks into the inbox now and then, as most do
	heir     bool   // takes the place of others on the day of the reform; nobody has its code in the address book yet
	inCharge string
}

const (
	province exchange.AgencyID = "000.00.00.H44"
	district exchange.AgencyID = "000.00.24.H44"
)

// The departments of the province. Codes below level 1 are for illustration.
var departments = [...]struct{ code, name, short string }{
	{"01", "Văn phòng UBND tỉnh Phú Thọ", "VPUB"},
	{"02", "Sở Nội vụ tỉnh Phú Thọ", "SNV"},
	{"03", "Sở Tư pháp tỉnh Phú Thọ", "STP"},
	{"04", "Sở Kế hoạch và Đầu tư tỉnh Phú Thọ", "SKHĐT"},
	{"05", "Sở Tài chính tỉnh Phú Thọ", "STC"},
	{"07", "Sở Nông nghiệp và Phát triển nông thôn tỉnh Phú Thọ", "SNN"},
	{"09", "Sở Xây dựng tỉnh Phú Thọ", "SXD"},
	{"10", "Sở Tài nguyên và Môi trường tỉnh Phú Thọ", "STNMT"},
	{"11", "Sở Thông tin và Truyền thông tỉnh Phú Thọ", "STTTT"},
	{"14", "Sở Giáo dục và Đào tạo tỉnh Phú Thọ", "SGDĐT"},
	{"15", "Sở Y tế tỉnh Phú Thọ", "SYT"},
}

// The township and the sixteen communes of Yên Lập as they were in 2018.
var communes = [...]string{
	"thị trấn Yên Lập", "xã Đồng Lạc", "xã Đồng Thịnh", "xã Hưng Long", "xã Lương Sơn", "xã Minh Hòa", "xã Mỹ Lung",
	"xã Mỹ Lương", "xã Nga Hoàng", "xã Ngọc Đồng", "xã Ngọc Lập", "xã Phúc Khánh", "xã Thượng Long", "xã Trung Sơn",
	"xã Xuân An", "xã Xuân Thủy", "xã Xuân Viên",
}

// places are the agencies of the pilot. Who fails for a while and who is dead comes from the seed.
func places(r *rand.Rand) []place {
	all := []place{
		{id: province, name: "UBND tỉnh Phú Thọ", short: "UBND", level: exchange.Province, channel: exchange.Push, city: "Phú Thọ", head: "Chủ tịch"},
	}
	for i, d := range departments {
		all = append(all, place{id: exchange.AgencyID("000.00." + d.code + ".H44"), name: d.name, short: d.short, parent: province,
			level: exchange.Department, channel: alternate(i), city: "Phú Thọ", head: "Giám đốc", inCharge: "UBND tỉnh Phú Thọ"})
	}
	all = append(all, place{id: district, name: "UBND huyện Yên Lập", short: "UBND", parent: province, level: exchange.District,
		channel: exchange.Push, city: "Yên Lập", head: "Chủ tịch", inCharge: "UBND tỉnh Phú Thọ"})
	for i, name := range communes {
		all = append(all, place{id: exchange.AgencyID(fmt.Sprintf("000.%02d.24.H44", i+1)), name: "UBND " + name, short: "UBND", parent: district,
			level: exchange.Commune, channel: exchange.Pull, city: "Yên Lập", head: "Chủ tịch", inCharge: "UBND huyện Yên Lập", seldom: i%3 == 1})
	}
	fault(all, r)
	return all
}

func alternate(i int) exchange.Channel {
	if i%2 == 0 {
		return exchange.Push
	}
	return exchange.Pull
}

// fault picks the department whose software fails for a while and the commune whose endpoint is dead.
func fault(all []place, r *rand.Rand) {
	failing := 1 + 2*r.IntN((len(departments)+1)/2) // the departments that are pushed to
	all[failing].fails = true
	dead := len(all) - 1 - r.IntN(len(communes)-1) // never the township
	all[dead].dead = true
	all[dead].channel = exchange.Push
}
