package envelope

// IsValue reports whether edXML gives a value to elements of that name: the function for signing.Policy.Values. The
// namespace does not count, because there are programs that look at the local name only.
func IsValue(_, local string) bool { return values[local] }

var values = map[string]bool{
	"OrganId": true, "OrganizationInCharge": true, "OrganName": true, "OrganAdd": true, "Email": true,
	"Telephone": true, "Fax": true, "Website": true,

	"DocumentId": true, "CodeNumber": true, "CodeNotation": true, "Place": true, "PromulgationDate": true,
	"Type": true, "TypeDetail": true, "TypeName": true, "Subject": true, "Content": true,
	"Competence": true, "Position": true, "FullName": true, "DueDate": true, "SteeringType": true,
	"TaskCode": true, "ApplicationType": true, "StatusCode": true, "Code": true, "Description": true,

	"Priority": true, "SphereOfPromulgation": true, "TyperNotation": true, "PromulgationAmount": true,
	"PageAmount": true, "Direction": true, "Appendix": true, "Secret": true,

	"Department": true, "DepartmentId": true, "Staff": true, "StaffId": true, "Mobile": true, "Timestamp": true,

	"BussinessDocType": true, "BussinessDocReason": true, "Paper": true, "DocumentInfo": true,
	"DocumentReceiver": true, "ReceiverType": true,

	"ContentId": true, "ContentType": true, "AttachmentName": true, "Format": true, "ContentTransferEncoded": true,
}
