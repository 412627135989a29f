package envelope

// The words of every refusal and warning, in one place so that a translator
// or a clerk can read them through. A text says the rule and then what to do;
// {marks} are filled with what was found.

// Sources of the rules.
const (
	ruleForm  = "QCVN 102:2016/BTTTT (edXML)"
	ruleND30  = "Nghị định 30/2020/NĐ-CP, Phụ lục VI"
	ruleQD28  = "Quyết định 28/2018/QĐ-TTg"
	ruleQD20  = "Quyết định 20/2020/QĐ-TTg, Điều 4–6"
	ruleLocal = "Quy định vận hành của trục Liên Thông"
)

type words struct{ code, rule, vi, en string }

var table = [...]words{
	{"unknown-root", ruleForm,
		"Phần tử gốc phải là edXML, nhưng tệp bắt đầu bằng {value}. Hãy gửi tệp edXML đầy đủ.",
		"The root element must be edXML, but the file begins with {value}. Send the whole edXML file."},
	{"unknown-namespace", ruleForm,
		"Không gian tên phải là http://www.mic.gov.vn/TBT/QCVN_102_2016, nhưng ở đây là “{value}”. Hãy sửa khai báo xmlns.",
		"The namespace must be http://www.mic.gov.vn/TBT/QCVN_102_2016, but here it is \"{value}\". Correct the xmlns declaration."},
	{"old-form", ruleForm,
		"Tệp theo mẫu SOAP cũ của e-doc, không còn được nhận. Hãy tạo lại tệp theo QCVN 102:2016.",
		"The file has the old e-doc SOAP form, which is no longer taken. Write it again in the form of QCVN 102:2016."},
	{"foreign-namespace", ruleForm,
		"Phần tử này mang tên của edXML nhưng thuộc không gian tên khác (“{value}”), nên mỗi phần mềm sẽ hiểu một cách. Hãy dùng không gian tên của edXML.",
		"This element has a name of edXML in another namespace (\"{value}\"), so that programs would read it differently. Use the namespace of edXML."},
	{"missing-element", ruleForm,
		"Thiếu phần tử bắt buộc {value} hoặc phần tử này để trống. Hãy điền rồi gửi lại.",
		"The mandatory element {value} is missing or empty. Fill it in and send again."},
	{"repeated-element", ruleForm,
		"Phần tử {value} chỉ được có một lần ở đây. Hãy bỏ phần thừa.",
		"The element {value} may stand here only once. Remove the surplus."},
	{"misplaced-element", ruleForm,
		"Phần tử {value} nằm ngoài vị trí của nó, nên phần mềm bên nhận có thể hiểu sai nơi gửi, nơi nhận hoặc nội dung. Hãy bỏ phần tử này.",
		"The element {value} stands out of its place, so that a receiver's software may mistake sender, addressee or content. Remove it."},
	{"bad-text", ruleForm,
		"Phần tử này chỉ được chứa chữ, không được chứa phần tử con hay chú thích. Hãy bỏ chúng.",
		"This element may hold text only, no child elements and no comments. Remove them."},
	{"bad-character", ruleForm,
		"Nội dung có ký tự mà XML hoặc trường này không cho phép (như xuống dòng trong mã), hoặc không phải UTF-8. Hãy xóa ký tự đó.",
		"The text holds a character that XML or this field does not allow (such as a line break in an id), or is not UTF-8. Remove that character."},
	{"too-long", ruleND30,
		"Dài {value} ký tự, vượt quá mức lưu trữ được là {limit}. Hãy rút ngắn.",
		"It is {value} characters long; more than {limit} cannot be stored. Shorten it."},
	{"over-length", ruleND30,
		"Dài {value} ký tự, quy định tối đa {limit}. Văn bản vẫn được nhận, nhưng phần mềm bên nhận có thể cắt bớt; nên rút ngắn.",
		"It is {value} characters long, the rule is at most {limit}. The document is taken, but a receiver's software may cut it: better shorten it."},

	{"too-many-elements", ruleLocal,
		"Có quá {limit} phần tử {value}. Hãy bỏ bớt hoặc chuyển danh sách vào tệp đính kèm.",
		"There are more than {limit} elements {value}. Leave some out or put the list into an attachment."},

	{"bad-agency-id", ruleQD20,
		"“{value}” không phải là mã định danh cơ quan: tối đa 35 ký tự gồm chữ, số và dấu chấm. Hãy tra mã trong danh bạ.",
		"\"{value}\" is not an agency identifier: at most 35 letters, digits and dots. Look the code up in the directory."},
	{"no-addressee", ruleForm,
		"Văn bản không có nơi nhận. Hãy ghi ít nhất một phần tử To có OrganId.",
		"The document has no addressee. Give at least one To with an OrganId."},
	{"duplicate-addressee", ruleForm,
		"Nơi nhận {value} đã có trong danh sách. Hãy bỏ phần lặp.",
		"The addressee {value} is in the list already. Remove the repetition."},
	{"too-many-addressees", ruleLocal,
		"Văn bản có {value} nơi nhận, mỗi lần gửi tối đa {limit}. Hãy chia thành nhiều lần gửi.",
		"The document has {value} addressees; one submission takes at most {limit}. Send it in parts."},

	{"bad-date", ruleForm,
		"“{value}” không phải là ngày có thật theo dạng yyyy/MM/dd, ví dụ 2018/09/28. Hãy sửa ngày.",
		"\"{value}\" is not a real date of the form yyyy/MM/dd, such as 2018/09/28. Correct the date."},
	{"future-date", ruleForm,
		"Ngày ban hành {value} còn ở tương lai. Hãy kiểm tra ngày và đồng hồ của máy gửi.",
		"The promulgation date {value} lies in the future. Check the date and the clock of the sending machine."},
	{"odd-date", ruleForm,
		"“{value}” không đọc được thành ngày giờ nên được coi như không có. Nên ghi yyyy/MM/dd hoặc yyyy/MM/dd HH:mm:ss.",
		"\"{value}\" cannot be read as a date or time and is taken as absent. Better write yyyy/MM/dd or yyyy/MM/dd HH:mm:ss."},
	{"odd-value", ruleForm,
		"“{value}” không phải là giá trị hợp lệ ở đây và được bỏ qua. Nên sửa lại.",
		"\"{value}\" is not a value that may stand here; it is disregarded. Better correct it."},
	{"bad-priority", ruleND30,
		"Độ khẩn “{value}” không hợp lệ. Hãy dùng 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ.",
		"The priority \"{value}\" is not defined. Use 0 routine, 1 urgent, 2 very urgent, 3 express, 4 express at a set hour."},
	{"bad-kind", ruleForm,
		"Loại nghiệp vụ “{value}” không hợp lệ. Hãy dùng 0 mới, 1 thu hồi, 2 cập nhật, 3 thay thế.",
		"The kind \"{value}\" is not defined. Use 0 new, 1 recall, 2 update, 3 replacement."},

	{"secrecy-marking", ruleQD28 + ", Điều 1",
		"Văn bản mang dấu hiệu bí mật nhà nước ({value}). Văn bản mật không được gửi qua trục: hãy gửi theo quy định về bảo vệ bí mật nhà nước.",
		"The document is marked as a state secret ({value}). Secret documents may not pass this way: send it as the law on state secrets prescribes."},
	{"secrecy-word", ruleQD28 + ", Điều 1",
		"Trích yếu có chữ “{value}”. Nếu văn bản là mật thì không được gửi qua trục: hãy kiểm tra lại.",
		"The subject holds the word \"{value}\". A secret document may not pass this way: please check."},

	{"repeated-document-id", ruleND30 + ", mục III.1h",
		"Mã văn bản “{value}” đã được dùng cho một văn bản gửi trước đó. Nếu không phải gửi thêm nơi nhận, hãy kiểm tra lại mã.",
		"The document id \"{value}\" was used for a document sent before. Unless addressees are being added, check the id."},
	{"repeated-code", ruleND30 + ", mục III.1h",
		"Số, ký hiệu “{value}” đã được cơ quan này dùng cho một văn bản khác trong cùng năm. Hãy kiểm tra lại số, ký hiệu.",
		"The number and notation \"{value}\" were used by this agency for another document of the same year. Check them."},
	{"sent-late", "Nghị định 30/2020/NĐ-CP, Điều 18",
		"Văn bản ký ngày {value} được gửi chậm: phải gửi trước {limit} (giờ Việt Nam). Văn bản vẫn được nhận và chuyển đi.",
		"The document signed on {value} was sent late: it had to be sent before {limit} (Vietnam time). It is taken and delivered."},

	{"bad-attachment", ruleForm,
		"Tệp đính kèm không giải mã được base64 ({value}). Hãy đính kèm lại tệp.",
		"The attachment is not well-formed base64 ({value}). Attach the file again."},
	{"empty-attachment", ruleForm,
		"Tệp đính kèm không có nội dung. Nên kiểm tra lại.",
		"The attachment has no content. Better check it."},
	{"no-attachment", ruleForm,
		"Văn bản không có tệp đính kèm nào. Nên kiểm tra lại.",
		"The document has no attachment. Better check it."},
	{"too-many-attachments", ruleLocal,
		"Văn bản có {value} tệp đính kèm, tối đa {limit}. Hãy nén các phụ lục thành một tệp.",
		"The document has {value} attachments; at most {limit} are taken. Put the appendixes into one archive."},
	{"duplicate-attachment", ruleForm,
		"Có hai tệp đính kèm cùng mã {value}. Hãy đặt mã khác nhau.",
		"Two attachments have the id {value}. Give them different ids."},
	{"manifest-mismatch", ruleForm,
		"Danh mục edXMLManifest và các tệp đính kèm không khớp: mã {value} chỉ có ở một bên. Hãy tạo lại tệp.",
		"The manifest and the attachments do not agree: the id {value} is on one side only. Write the file again."},
	{"no-manifest", ruleForm,
		"Thiếu danh mục edXMLManifest. Các tệp đính kèm vẫn được nhận.",
		"The manifest is missing. The attachments are taken as they are."},
	{"no-trace", ruleForm,
		"Thiếu TraceHeaderList/TraceHeader của nơi gửi. Văn bản vẫn được nhận.",
		"The sender's TraceHeaderList/TraceHeader is missing. The document is taken."},

	{"bad-status-code", ruleForm,
		"Mã trạng thái “{value}” không hợp lệ: phải gồm hai chữ số, ví dụ 03. Hãy sửa lại.",
		"The status code \"{value}\" is not two digits, such as 03. Correct it."},
	{"unknown-status-code", ruleForm,
		"Mã trạng thái {value} không có trong quy chuẩn. Trạng thái được lưu và chuyển tiếp nguyên văn.",
		"The status code {value} is not in the standard. It is kept and passed on as it is."},
	{"missing-reason", ruleQD28 + ", Điều 5",
		"Trạng thái {value} phải ghi rõ lý do. Hãy điền phần tử Description.",
		"A status {value} must give the reason. Fill in Description."},
	{"mixed-message", ruleForm,
		"Tệp vừa là thông báo trạng thái (StatusCode) vừa mang {value} của văn bản. Hãy gửi thành hai tệp.",
		"The file is a status message (StatusCode) and carries {value} of a document. Send two files."},
}

func wording(code string) (words, bool) {
	for _, w := range table {
		if w.code == code {
			return w, true
		}
	}
	return words{}, false
}

// Codes lists every fault code there is, for the pages that explain them.
func Codes() []string {
	codes := make([]string, len(table))
	for i, w := range table {
		codes[i] = w.code
	}
	return codes
}

// Explain is the wording of a code without a case: its {marks} are unfilled.
// false for a code that does not exist.
func Explain(code string) (Fault, bool) {
	w, ok := wording(code)
	return Fault{Code: w.code, Rule: w.rule, VI: w.vi, EN: w.en}, ok
}
