package demo

// The twenty-nine kinds of administrative documents (Nghị định 30/2020/NĐ-CP, Phụ lục III) with the mark of each.
var kinds = [...]struct{ name, mark, about string }{
	{"Nghị quyết", "NQ", "về nhiệm vụ phát triển kinh tế - xã hội"},
	{"Quyết định", "QĐ", "về việc phê duyệt kế hoạch sử dụng đất"},
	{"Chỉ thị", "CT", "về tăng cường công tác phòng chống thiên tai"},
	{"Quy chế", "QC", "làm việc của tổ công tác chuyển đổi số"},
	{"Quy định", "QyĐ", "về quản lý và sử dụng tài sản công"},
	{"Thông cáo", "TC", "về kỳ họp thường lệ"},
	{"Thông báo", "TB", "kết luận tại cuộc họp giao ban"},
	{"Hướng dẫn", "HD", "thực hiện gửi, nhận văn bản điện tử"},
	{"Chương trình", "CTr", "công tác quý"},
	{"Kế hoạch", "KH", "triển khai cải cách hành chính"},
	{"Phương án", "PA", "bảo vệ và phát triển rừng"},
	{"Đề án", "ĐA", "nâng cao chất lượng dịch vụ công trực tuyến"},
	{"Dự án", "DA", "cải tạo đường giao thông nông thôn"},
	{"Báo cáo", "BC", "tình hình thu ngân sách"},
	{"Biên bản", "BB", "kiểm tra công tác văn thư, lưu trữ"},
	{"Tờ trình", "TTr", "đề nghị bổ sung kinh phí"},
	{"Hợp đồng", "HĐ", "cung cấp dịch vụ đường truyền"},
	{"Công văn", "", "V/v rà soát danh mục chế độ báo cáo"},
	{"Công điện", "CĐ", "về ứng phó mưa lũ trên địa bàn"},
	{"Bản ghi nhớ", "BGN", "hợp tác đào tạo cán bộ"},
	{"Bản thỏa thuận", "BTT", "phối hợp giải quyết thủ tục hành chính"},
	{"Giấy ủy quyền", "GUQ", "ký hồ sơ thanh toán"},
	{"Giấy mời", "GM", "dự hội nghị sơ kết"},
	{"Giấy giới thiệu", "GGT", "cán bộ liên hệ công tác"},
	{"Giấy nghỉ phép", "GNP", "nghỉ phép năm"},
	{"Phiếu gửi", "PG", "hồ sơ kèm theo"},
	{"Phiếu chuyển", "PC", "đơn kiến nghị của công dân"},
	{"Phiếu báo", "PB", "kết quả tiếp nhận hồ sơ"},
	{"Thư công", "TC", "thăm hỏi nhân dịp tổng kết"},
}

// Names are put together by chance and mean nobody.
var (
	surnames = [...]string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đinh", "Hà", "Bùi", "Đỗ", "Ngô"}
	middles  = [...]string{"Văn", "Thị", "Minh", "Đức", "Thu", "Quang", "Ngọc", "Hữu"}
	givens   = [...]string{"Mẫu", "Thử", "Minh Họa", "Ví Dụ", "Giả Định", "Trình Diễn"}
)

var mistakes = [...]string{
	"Gửi nhầm nơi nhận",
	"Nội dung có sai sót, đang sửa",
	"Đính kèm nhầm phụ lục",
}

var refusals = [...]string{
	"Văn bản gửi không đúng thẩm quyền giải quyết của đơn vị",
	"Thiếu phụ lục kèm theo, đề nghị gửi lại đầy đủ",
	"Văn bản trùng với văn bản đã tiếp nhận trước đó",
}
