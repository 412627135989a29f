package problem

import (
	"net/http"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A row says what a kind of refusal is to HTTP and to people: its name, what it means, and what to do about it.
type row struct {
	kind       exchange.Kind
	status     int
	title      text
	meaning    text
	advice     text
	retryAfter time.Duration // where the refusal itself names none
}

// A text is the same words in both languages.
type text struct{ vi, en string }

// find returns the kind's row; the row of [exchange.Internal] and false for one that has none.
func find(k exchange.Kind) (row, bool) {
	for _, r := range rows {
		if r.kind == k {
			return r, true
		}
	}
	return rows[0], false
}

// The rows, the hub's own fault first. Statuses: what cannot be read is 400, what can be read and breaks a rule is 422.
var rows = [...]row{
	{kind: exchange.Internal, status: http.StatusInternalServerError,
		title:   text{"Lỗi của trục", "The hub failed"},
		meaning: text{"Trục gặp lỗi của chính nó; yêu cầu chưa được xác nhận.", "The hub met a fault of its own; the request was not confirmed."},
		advice: text{"Hãy gửi lại đúng nội dung cũ: nếu trục đã nhận, quý đơn vị sẽ được trả lại biên nhận ban đầu. Nếu vẫn lỗi, hãy báo mã trace_id cho người vận hành.",
			"Send the same bytes again: if the hub had taken them you get the original receipt. If it fails again, tell the operator the trace_id."}},

	{kind: exchange.BadRequest, status: http.StatusBadRequest,
		title:   text{"Yêu cầu không đọc được", "The request cannot be read"},
		meaning: text{"Yêu cầu hoặc một tham số của yêu cầu không đúng dạng.", "The request, or one of its parameters, does not have the right form."},
		advice:  text{"Hãy sửa chỗ được nêu trong errors theo tài liệu API rồi gửi lại.", "Correct the place named in errors by the API's description and send again."}},
	{kind: exchange.UnknownParam, status: http.StatusBadRequest,
		title:   text{"Tham số không có", "There is no such parameter"},
		meaning: text{"Yêu cầu có tham số mà trục không biết; trục không bỏ qua tham số lạ vì có thể là gõ nhầm.", "The request has a parameter the hub does not know; it is not passed over, as it may be a slip."},
		advice:  text{"Hãy xóa hoặc sửa tên tham số theo tài liệu API.", "Remove the parameter or correct its name by the API's description."}},
	{kind: MethodNotAllowed, status: http.StatusMethodNotAllowed,
		title:   text{"Phương thức không dùng được ở đây", "The method is not allowed here"},
		meaning: text{"Địa chỉ này có, nhưng không nhận phương thức HTTP đã dùng.", "The address exists but does not take this HTTP method."},
		advice:  text{"Hãy dùng một trong các phương thức nêu ở tiêu đề Allow.", "Use one of the methods named in the Allow header."}},
	{kind: UnsupportedMedia, status: http.StatusUnsupportedMediaType,
		title:   text{"Kiểu nội dung không được nhận", "The content type is not taken"},
		meaning: text{"Tiêu đề Content-Type không phải kiểu mà địa chỉ này nhận.", "The Content-Type is not one that this address takes."},
		advice:  text{"Văn bản gửi bằng application/xml, dữ liệu khác bằng application/json.", "Send documents as application/xml and all else as application/json."}},
	{kind: exchange.LengthRequired, status: http.StatusLengthRequired,
		title:   text{"Thiếu Content-Length", "Content-Length is missing"},
		meaning: text{"Yêu cầu không cho biết trước độ dài nội dung, nên trục không thể dành chỗ.", "The request does not say how long its body is, so that the hub cannot reserve room for it."},
		advice:  text{"Hãy gửi lại kèm tiêu đề Content-Length, không dùng chunked.", "Send it again with Content-Length, not chunked."}},
	{kind: exchange.TooLarge, status: http.StatusRequestEntityTooLarge,
		title:   text{"Nội dung quá lớn", "The body is too large"},
		meaning: text{"Nội dung dài hơn mức trục nhận trong một lần gửi.", "The body is longer than the hub takes at once."},
		advice:  text{"Hãy giảm dung lượng tệp đính kèm dưới mức limit nêu trong câu trả lời này.", "Make the attachments smaller, below the limit named in this answer."}},
	{kind: exchange.TooMany, status: http.StatusTooManyRequests, retryAfter: 2 * time.Second,
		title:   text{"Đơn vị gửi hoặc đọc quá nhiều cùng lúc", "Too much at the same time"},
		meaning: text{"Đơn vị đã dùng hết phần của mình trong chỗ dành cho các yêu cầu đang xử lý; yêu cầu chưa được nhận.", "The agency has used up its own part of the room for requests under way; the request was not taken."},
		advice:  text{"Hãy gửi lại đúng nội dung cũ sau số giây nêu ở tiêu đề Retry-After, và giảm số yêu cầu gửi cùng lúc.", "Send the same bytes again after the seconds named in Retry-After, and send less at the same time."}},
	{kind: exchange.Busy, status: http.StatusServiceUnavailable, retryAfter: 2 * time.Second,
		title:   text{"Trục đang bận", "The hub is busy"},
		meaning: text{"Trục đã nhận đủ việc cho lúc này; yêu cầu chưa được nhận.", "The hub has all the work that it can hold just now; the request was not taken."},
		advice:  text{"Hãy gửi lại đúng nội dung cũ sau số giây nêu ở tiêu đề Retry-After.", "Send the same bytes again after the seconds named in Retry-After."}},

	{kind: exchange.ClockUnsure, status: http.StatusServiceUnavailable, retryAfter: time.Minute,
		title:   text{"Đồng hồ của trục chưa đồng bộ", "The hub's clock is not synchronised"},
		meaning: text{"Biên nhận ghi thời điểm tiếp nhận, mà lúc này trục không chắc về giờ của mình; yêu cầu chưa được nhận.", "A receipt says when a document was taken, and the hub is not sure of its time now; the request was not taken."},
		advice:  text{"Không phải lỗi của quý đơn vị: hãy gửi lại đúng nội dung cũ sau số giây nêu ở tiêu đề Retry-After. Người vận hành trục cần kiểm tra nguồn giờ (NTP).", "This is no fault of yours: send the same bytes again after the seconds named in Retry-After. The operator has to look after the source of time (NTP)."}},

	{kind: exchange.Unauthenticated, status: http.StatusUnauthorized,
		title:   text{"Chưa xác thực", "Not authenticated"},
		meaning: text{"Yêu cầu không có khóa API dùng được.", "The request carries no API key that can be used."},
		advice: text{"Hãy gửi tiêu đề Authorization: Bearer với khóa còn hạn, từ mạng đã đăng ký. Khóa mất hoặc hết hạn: quản trị đơn vị của bạn tạo khóa mới ở trang Khóa & chứng thư của bảng điều khiển; đơn vị chưa có quản trị thì hỏi người vận hành trục.",
			"Send Authorization: Bearer with a key that is in force, from the registered network. For a lost or ended key your agency's administrator makes a new one, on the console's page Keys & certificates; an agency without one asks the hub's operator."}},
	{kind: exchange.Forbidden, status: http.StatusForbidden,
		title:   text{"Không có quyền", "Not permitted"},
		meaning: text{"Đã xác thực, nhưng việc này không thuộc quyền của bên gọi.", "The caller is known, but has no right to do this."},
		advice:  text{"Hãy dùng kết nối của đơn vị có quyền, hoặc đề nghị người vận hành cấp quyền.", "Use the connection of an agency that may do it, or ask the operator for the right."}},
	{kind: exchange.NotFound, status: http.StatusNotFound,
		title:   text{"Không tìm thấy", "Not found"},
		meaning: text{"Không có gì ở địa chỉ này mà bên gọi được biết.", "There is nothing at this address that the caller may know of."},
		advice:  text{"Hãy kiểm tra mã và kiểm tra khóa đang dùng thuộc đúng đơn vị.", "Check the id, and that the key in use is that of the right agency."}},

	{kind: exchange.BadXML, status: http.StatusBadRequest,
		title:   text{"Tệp không phải XML đúng chuẩn", "Not well-formed XML"},
		meaning: text{"Tệp không đọc được như một tài liệu XML 1.0.", "The file cannot be read as XML 1.0."},
		advice:  text{"Hãy xuất lại tệp từ phần mềm; đừng sửa tệp bằng tay sau khi ký.", "Export the file again from the software; do not edit it by hand after signing."}},
	{kind: exchange.BadEncoding, status: http.StatusBadRequest,
		title:   text{"Sai bảng mã", "Wrong encoding"},
		meaning: text{"Tệp không phải UTF-8 hoặc khai báo bảng mã khác.", "The file is not UTF-8, or declares another encoding."},
		advice:  text{"Hãy xuất lại tệp bằng UTF-8 rồi ký lại.", "Export the file again in UTF-8 and sign it again."}},
	{kind: exchange.DTDRefused, status: http.StatusBadRequest,
		title:   text{"Không nhận DTD", "No DTD is taken"},
		meaning: text{"Tệp có khai báo DOCTYPE; khai báo này có thể đổi nghĩa nội dung đã ký nên không được nhận.", "The file has a DOCTYPE, which could change the meaning of what was signed."},
		advice:  text{"Hãy bỏ khai báo DOCTYPE rồi ký lại.", "Remove the DOCTYPE and sign again."}},
	{kind: exchange.PIRefused, status: http.StatusBadRequest,
		title:   text{"Không nhận chỉ thị xử lý XML", "No processing instruction is taken"},
		meaning: text{"Tệp có chỉ thị xử lý (<?…?>) ngoài dòng khai báo XML.", "The file has a processing instruction (<?…?>) besides the XML declaration."},
		advice:  text{"Hãy bỏ chỉ thị đó rồi ký lại.", "Remove it and sign again."}},
	{kind: exchange.XMLLimit, status: http.StatusBadRequest,
		title:   text{"XML vượt giới hạn", "The XML is beyond a limit"},
		meaning: text{"Tệp có quá nhiều phần tử hoặc thuộc tính, lồng quá sâu, hay có tên hoặc giá trị quá dài; mức cho phép nêu ở limit.", "The file has too many elements or attributes, is nested too deeply, or has a name or value that is too long; limit says how much is allowed."},
		advice: text{"Nếu văn bản có rất nhiều nơi nhận, hãy chia thành nhiều lần gửi, mỗi lần không quá số nơi nhận nêu ở /v1/limits. Nếu không, hãy kiểm tra phần mềm tạo tệp: tệp edXML bình thường không chạm tới giới hạn này.",
			"If the document has very many addressees, send it in parts, each with no more addressees than /v1/limits names. Otherwise check the software that wrote the file: an ordinary edXML file is far from this limit."}},

	{kind: exchange.Unsigned, status: http.StatusUnprocessableEntity,
		title:   text{"Văn bản chưa ký số", "The document is not signed"},
		meaning: text{"Đơn vị này phải ký số văn bản gửi qua trục.", "Documents of this agency must be signed."},
		advice:  text{"Hãy ký tệp edXML bằng chứng thư số đã đăng ký của đơn vị rồi gửi lại.", "Sign the edXML file with the agency's enrolled certificate and send it again."}},
	{kind: exchange.BareSignature, status: http.StatusUnprocessableEntity,
		title:   text{"Chữ ký sai không gian tên", "The signature is in the wrong namespace"},
		meaning: text{"Phần tử Signature không thuộc không gian tên XML Signature nên không có gì để kiểm tra.", "The Signature element is not in the XML Signature namespace, so that there is nothing to verify."},
		advice:  text{"Hãy sửa phần mềm ký: Signature phải thuộc http://www.w3.org/2000/09/xmldsig#.", "Mend the signing software: Signature must be in http://www.w3.org/2000/09/xmldsig#."}},
	{kind: exchange.BadSignature, status: http.StatusUnprocessableEntity,
		title:   text{"Chữ ký số không đúng", "The signature does not hold"},
		meaning: text{"Chữ ký không khớp với nội dung, hoặc được làm theo cách trục không chấp nhận (xem why).", "The signature does not fit the content, or was made in a way the hub does not accept (see why)."},
		advice:  text{"Hãy ký lại từ bản gốc và gửi nguyên vẹn tệp đã ký, không định dạng lại.", "Sign the original again and send the signed file untouched, without formatting it anew."}},
	{kind: exchange.UnknownCert, status: http.StatusUnprocessableEntity,
		title:   text{"Chứng thư số không được tin cậy", "The certificate is not trusted"},
		meaning: text{"Chứng thư số không dẫn về tổ chức chứng thực mà trục tin cậy.", "The certificate does not lead to an authority that the hub trusts."},
		advice:  text{"Hãy dùng chứng thư số chuyên dùng của đơn vị; chữ ký phải kèm chứng thư trung gian nếu có.", "Use the agency's official certificate, and include the intermediate certificates if there are any."}},
	{kind: exchange.ExpiredCert, status: http.StatusUnprocessableEntity,
		title:   text{"Chứng thư số ngoài thời hạn", "The certificate is not in force"},
		meaning: text{"Chứng thư số đã hết hạn hoặc chưa có hiệu lực vào lúc tiếp nhận.", "The certificate had ended, or had not begun, when the document came in."},
		advice:  text{"Hãy gia hạn hoặc thay chứng thư số rồi ký lại.", "Renew or replace the certificate and sign again."}},
	{kind: exchange.RevokedCert, status: http.StatusUnprocessableEntity,
		title:   text{"Chứng thư số đã bị thu hồi", "The certificate was revoked"},
		meaning: text{"Tổ chức chứng thực đã thu hồi chứng thư số của chữ ký, hoặc chứng thư cấp trên của nó, vào lúc nêu ở revoked_at.", "The authority has revoked the signer's certificate, or one above it, at the time named in revoked_at."},
		advice:  text{"Hãy ký lại bằng chứng thư số đang hiệu lực và đề nghị người vận hành đăng ký chứng thư đó. Văn bản đã được tiếp nhận trước lúc thu hồi vẫn có giá trị.", "Sign again with a certificate in force and ask the operator to enrol it. Documents that were accepted before the revocation stay good."}},
	{kind: exchange.RevocationMissing, status: http.StatusServiceUnavailable, retryAfter: time.Minute,
		title:   text{"Chưa kiểm tra được việc thu hồi chứng thư số", "Revocation cannot be checked now"},
		meaning: text{"Chính sách của trục yêu cầu phải biết chứng thư số không bị thu hồi, mà lúc này tổ chức chứng thực chưa trả lời (xem why); văn bản chưa được nhận.", "The hub's policy wants to know that the certificate was not revoked, and its authority has not said so (see why); the document was not taken."},
		advice:  text{"Không phải lỗi của quý đơn vị: hãy gửi lại đúng nội dung cũ sau số giây nêu ở tiêu đề Retry-After. Nếu why là no-service thì chứng thư số không ghi nơi để hỏi: hãy báo người vận hành.", "This is no fault of yours: send the same bytes again after the seconds named in Retry-After. If why is no-service, the certificate names nobody to ask: tell the operator."}},
	{kind: exchange.ForeignCert, status: http.StatusUnprocessableEntity,
		title:   text{"Chứng thư số không thuộc nơi gửi", "The certificate is not the sender's"},
		meaning: text{"Chữ ký đúng, nhưng chứng thư số chưa được đăng ký cho đơn vị ghi ở From.", "The signature holds, but its certificate is not enrolled for the agency named in From."},
		advice:  text{"Hãy ký bằng chứng thư số của đơn vị gửi, hoặc đề nghị người vận hành đăng ký chứng thư này.", "Sign with the sender's certificate, or ask the operator to enrol this one."}},

	{kind: exchange.BadEnvelope, status: http.StatusUnprocessableEntity,
		title:   text{"Tệp edXML có lỗi", "The edXML file has faults"},
		meaning: text{"Tệp đọc được nhưng trái quy chuẩn ở những chỗ nêu trong errors.", "The file can be read, but breaks the standard in the places named in errors."},
		advice:  text{"Hãy sửa từng chỗ nêu trong errors, ký lại rồi gửi.", "Correct each place named in errors, sign again and send."}},
	{kind: exchange.BadAttachment, status: http.StatusUnprocessableEntity,
		title:   text{"Tệp đính kèm hỏng", "An attachment is damaged"},
		meaning: text{"Nội dung một tệp đính kèm không giải mã được.", "The content of an attachment cannot be decoded."},
		advice:  text{"Hãy đính kèm lại tệp đó, ký lại rồi gửi.", "Attach that file again, sign and send."}},
	{kind: exchange.SecrecyMarking, status: http.StatusUnprocessableEntity,
		title:   text{"Văn bản mật không gửi qua trục", "Secret documents do not pass this way"},
		meaning: text{"Văn bản mang dấu hiệu bí mật nhà nước. Trục không lưu nội dung này.", "The document is marked as a state secret. The hub has kept nothing of it."},
		advice:  text{"Hãy gửi theo quy định về bảo vệ bí mật nhà nước. Nếu đánh dấu nhầm, hãy sửa rồi ký lại.", "Send it as the law on state secrets prescribes. If the mark is a mistake, correct it and sign again."}},
	{kind: exchange.SenderMismatch, status: http.StatusForbidden,
		title:   text{"Nơi gửi không phải bên kết nối", "From is not the caller"},
		meaning: text{"Đơn vị ghi ở From không phải đơn vị của kết nối và không ủy quyền cho kết nối này.", "The agency in From is not the one that connects and has not delegated sending to it."},
		advice:  text{"Hãy gửi bằng khóa của đơn vị ghi ở From, hoặc đề nghị người vận hành đăng ký gửi thay.", "Send with the key of the agency in From, or ask the operator to enter the delegation."}},

	{kind: exchange.UnknownAddressee, status: http.StatusUnprocessableEntity,
		title:   text{"Không có nơi nhận này", "There is no such addressee"},
		meaning: text{"Một mã nơi nhận không có trong danh bạ, đã hết hiệu lực, hoặc đơn vị đã chấm dứt hoạt động mà không có một đơn vị kế thừa duy nhất để chuyển tiếp.", "A code among the addressees is not in the directory, is not in force, or its agency was closed and documents are not redirected to one successor."},
		advice: text{"Hãy tra mã trong danh bạ. Nếu câu trả lời có current thì hãy dùng mã đó; có successors thì hãy chọn trong các đơn vị kế thừa; có nearest thì đó là mã gần giống nhất.",
			"Look the code up in the directory. Where the answer has current, use that code; where it has successors, choose among those; nearest is the most similar code."}},
	{kind: exchange.NoAddressee, status: http.StatusUnprocessableEntity,
		title:   text{"Không có nơi nhận", "No addressee"},
		meaning: text{"Tệp không có phần tử To nào mang OrganId.", "The file has no To with an OrganId."},
		advice:  text{"Hãy ghi ít nhất một nơi nhận, ký lại rồi gửi.", "Give at least one addressee, sign again and send."}},
	{kind: exchange.DuplicateAddressee, status: http.StatusUnprocessableEntity,
		title:   text{"Trùng nơi nhận", "An addressee stands twice"},
		meaning: text{"Cùng một mã nơi nhận có nhiều lần trong danh sách.", "The same code is in the list more than once."},
		advice:  text{"Hãy bỏ phần lặp, ký lại rồi gửi.", "Remove the repetition, sign again and send."}},
	{kind: exchange.TooManyAddressees, status: http.StatusUnprocessableEntity,
		title:   text{"Quá nhiều nơi nhận", "Too many addressees"},
		meaning: text{"Danh sách nơi nhận dài hơn mức nhận trong một lần gửi.", "The list of addressees is longer than one submission takes."},
		advice:  text{"Hãy chia thành nhiều lần gửi.", "Send it in parts."}},
	{kind: exchange.UnknownDocument, status: http.StatusUnprocessableEntity,
		title:   text{"Không biết văn bản được nhắc tới", "The document spoken of is not known"},
		meaning: text{"Trạng thái nói về một văn bản mà trục chưa chuyển tới đơn vị này; hoặc văn bản thu hồi, cập nhật, thay thế một văn bản mà đơn vị chưa gửi (tới nơi nhận này).", "A status speaks of a document that the hub has not delivered to this agency; or a recall, update or replacement of one that the agency has not sent (to this addressee)."},
		advice:  text{"Hãy ghi đúng DocumentId, hoặc số ký hiệu và ngày ban hành, như trong văn bản đã nhận hoặc đã gửi.", "Give the DocumentId, or code and date, as they stand in the document received or sent."}},

	{kind: exchange.AmbiguousDocument, status: http.StatusUnprocessableEntity,
		title:   text{"Có nhiều văn bản cùng tên gọi", "Several documents are named so"},
		meaning: text{"Nhiều văn bản có cùng số ký hiệu và năm; trục không đoán văn bản nào được nhắc tới. candidates nêu mã của từng văn bản trên trục.", "Several documents have this code and year, and the hub does not guess which is meant; candidates names the hub's id of each."},
		advice:  text{"Hãy ghi DocumentId của đúng văn bản rồi gửi lại.", "Give the DocumentId of the one that is meant and send again."}},

	{kind: exchange.SameIdentity, status: http.StatusConflict,
		title:   text{"Mã văn bản đã dùng cho nội dung khác", "The identity is taken by other content"},
		meaning: text{"Đơn vị đã gửi một văn bản cùng mã tới cùng nơi nhận nhưng nội dung khác; cả hai mã băm có trong câu trả lời.", "A document with this identity and other content was sent to a common addressee before; both digests are in the answer."},
		advice:  text{"Nếu là văn bản khác, hãy đặt DocumentId mới. Nếu là bản sửa, hãy thu hồi bản trước hoặc gửi bản thay thế.", "For another document use a new DocumentId. For a correction recall the first, or send a replacement."}},
	{kind: exchange.IdempotencyKey, status: http.StatusUnprocessableEntity,
		title:   text{"Idempotency-Key đã dùng cho nội dung khác", "The Idempotency-Key was used for another body"},
		meaning: text{"Cùng khóa chống trùng nhưng nội dung khác với lần trước.", "The same key came with a different body before."},
		advice:  text{"Hãy dùng khóa mới cho nội dung mới; chỉ dùng lại khóa khi gửi lại đúng nội dung cũ.", "Use a new key for a new body; repeat a key only with the same bytes."}},
	{kind: exchange.Conflict, status: http.StatusConflict,
		title:   text{"Không hợp với trạng thái hiện tại", "The present state does not permit it"},
		meaning: text{"Đối tượng đã thay đổi hoặc đang ở trạng thái không cho phép việc này.", "The thing has changed meanwhile, or is in a state that does not permit this."},
		advice:  text{"Hãy đọc lại trạng thái mới nhất rồi quyết định.", "Read the present state again, then decide."}},
	{kind: exchange.BackupTarget, status: http.StatusConflict,
		title:   text{"Thư mục sao lưu không dùng được", "The directory cannot take the copy"},
		meaning: text{"Trục không ghi được bản sao vào thư mục đã nêu; kho dữ liệu của trục không bị ảnh hưởng.", "The hub cannot write the copy into the directory named; its own store is not touched by that."},
		advice: text{"Hãy nêu thư mục chưa có hoặc còn trống, trên đĩa của máy chủ trục còn đủ chỗ và tài khoản chạy trục được ghi. Bản sao dở dang trong thư mục thì xóa được.",
			"Name a directory that is absent or empty, on a disk of the hub's machine that has room and that the hub's account may write to. An unfinished copy in it can be deleted."}},
	{kind: exchange.LeaseLost, status: http.StatusConflict,
		title:   text{"Lượt giữ đã hết", "The lease is over"},
		meaning: text{"Mã nhận (token) không còn là của lượt giữ hiện tại, hoặc không phải của lượt chuyển này.", "The token is no longer that of the running lease, or was not issued for this delivery."},
		advice:  text{"Nếu đã lưu văn bản, hãy báo nhận (ack) bằng token cũ: vẫn được tính. Nếu chưa, hãy lấy lượt mới.", "If the document is saved, acknowledge with the old token: it still counts. If not, take a new lease."}},
	{kind: exchange.BadReport, status: http.StatusUnprocessableEntity,
		title:   text{"Trạng thái không hợp lệ", "The status is not permitted"},
		meaning: text{"Trạng thái không được phép ở bước này hoặc thiếu lý do bắt buộc.", "The status may not be given now, or lacks its mandatory reason."},
		advice:  text{"Hãy kiểm tra mã trạng thái; từ chối tiếp nhận (02) phải ghi lý do.", "Check the status code; a refusal (02) must give its reason."}},
}
