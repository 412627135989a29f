import java.io.BufferedReader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.NodeSetData;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dom.DOMCryptoContext;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.TransformService;
import javax.xml.crypto.dsig.XMLObject;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * The JDK's own XML signatures, for tests: one command a line on standard input, its fields separated by TAB, and one
 * line of answer for each, "ok" or "bad" and why.
 *
 * <pre>
 * sign IN OUT PLACE FORM PREFIXES METHOD DIGEST KEY CERT TIME   signs; a TIME other than "-" makes it XAdES
 * verify IN CA                                                  verifies, and that CA has issued the certificate
 * canonical IN OUT FORM PREFIXES                                writes the canonical form of a whole document
 * </pre>
 *
 * KEY is PKCS #8 and certificates are X.509, in DER. PLACE is header, last, first or digital; PREFIXES is "-" for no
 * PrefixList.
 */
public class Xmldsig {
    static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";

    final XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] args) throws Exception {
        Xmldsig x = new Xmldsig();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String answer;
            try {
                answer = x.run(line.split("\t"));
            } catch (Exception e) {
                answer = "bad " + e.toString().replace('\n', ' ');
            }
            System.out.println(answer);
        }
    }

    String run(String[] c) throws Exception {
        if (c[0].equals("sign")) {
            sign(c);
            return "ok";
        }
        if (c[0].equals("canonical")) {
            canonical(c);
            return "ok";
        }
        return verify(c[1], certificate(c[2]));
    }

    void canonical(String[] c) throws Exception {
        TransformService service = TransformService.getInstance(c[3], "DOM");
        service.init((TransformParameterSpec) prefixes(c[4]));
        DOMCryptoContext context = new DOMCryptoContext() { };
        Document doc = DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument();
        Element transform = (Element) doc.appendChild(doc.createElementNS(XMLSignature.XMLNS, "Transform"));
        service.marshalParams(new DOMStructure(transform), context);
        // Of octets the JDK does not heed the list.
        List<Node> nodes = new ArrayList<>();
        collect(parse(c[1]), nodes);
        NodeSetData<Node> set = nodes::iterator;
        try (OutputStream out = new FileOutputStream(c[2])) {
            ((OctetStreamData) service.transform(set, context)).getOctetStream().transferTo(out);
        }
    }

    static void collect(Node node, List<Node> into) {
        into.add(node);
        NamedNodeMap attributes = node.getAttributes();
        for (int i = 0; attributes != null && i < attributes.getLength(); i++) {
            into.add(attributes.item(i));
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            collect(child, into);
        }
    }

    void sign(String[] c) throws Exception {
        Document doc = parse(c[1]);
        X509Certificate cert = certificate(c[9]);
        DOMSignContext context = context(key(c[8], cert), doc, c[3]);
        context.setDefaultNamespacePrefix("ds");
        List<Reference> references = new ArrayList<>();
        references.add(factory.newReference("", factory.newDigestMethod(c[7], null),
                List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null), form(c[4], c[5])), null, "R"));
        List<XMLObject> objects = new ArrayList<>();
        if (!c[10].equals("-")) {
            Element properties = properties(doc, cert, c[7], c[10]);
            objects.add(factory.newXMLObject(List.<XMLStructure>of(new DOMStructure(properties)), null, null, null));
            context.setIdAttributeNS((Element) properties.getFirstChild(), null, "Id");
            references.add(factory.newReference("#P", factory.newDigestMethod(c[7], null), List.of(form(c[4], c[5])),
                    "http://uri.etsi.org/01903#SignedProperties", null));
        }
        CanonicalizationMethod infoForm = factory.newCanonicalizationMethod(c[4], (C14NMethodParameterSpec) prefixes(c[5]));
        SignedInfo info = factory.newSignedInfo(infoForm, factory.newSignatureMethod(c[6], null), references);
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo keyInfo = keys.newKeyInfo(List.of(keys.newX509Data(List.of(cert))));
        factory.newXMLSignature(info, keyInfo, objects, "S", null).sign(context);
        try (OutputStream out = new FileOutputStream(c[2])) {
            TransformerFactory.newInstance().newTransformer().transform(new DOMSource(doc), new StreamResult(out));
        }
    }

    Transform form(String uri, String prefixes) throws Exception {
        return factory.newTransform(uri, (TransformParameterSpec) prefixes(prefixes));
    }

    static ExcC14NParameterSpec prefixes(String list) {
        return list.equals("-") ? null : new ExcC14NParameterSpec(List.of(list.split(" ")));
    }

    static DOMSignContext context(PrivateKey key, Document doc, String place) {
        Element root = doc.getDocumentElement();
        switch (place) {
            case "last":
                return new DOMSignContext(key, root);
            case "first":
                return new DOMSignContext(key, root, root.getFirstChild());
            case "digital":
                return new DOMSignContext(key, root.getElementsByTagNameNS(root.getNamespaceURI(), "DigitalSignature").item(0));
            default:
                return new DOMSignContext(key, root.getElementsByTagNameNS(root.getNamespaceURI(), "edXMLHeader").item(0));
        }
    }

    /** QualifyingProperties with the time and the certificate. */
    static Element properties(Document doc, X509Certificate cert, String digest, String time) throws Exception {
        Element all = doc.createElementNS(XADES, "xades:QualifyingProperties");
        all.setAttribute("Target", "#S");
        Element signed = add(all, XADES, "xades:SignedProperties", null);
        signed.setAttribute("Id", "P");
        Element ofSignature = add(signed, XADES, "xades:SignedSignatureProperties", null);
        add(ofSignature, XADES, "xades:SigningTime", time);
        Element one = add(add(ofSignature, XADES, "xades:SigningCertificate", null), XADES, "xades:Cert", null);
        Element certDigest = add(one, XADES, "xades:CertDigest", null);
        add(certDigest, XMLSignature.XMLNS, "ds:DigestMethod", null).setAttribute("Algorithm", digest);
        String name = digest.endsWith("512") ? "SHA-512" : digest.endsWith("384") ? "SHA-384" : "SHA-256";
        byte[] value = MessageDigest.getInstance(name).digest(cert.getEncoded());
        add(certDigest, XMLSignature.XMLNS, "ds:DigestValue", Base64.getEncoder().encodeToString(value));
        Element serial = add(one, XADES, "xades:IssuerSerial", null);
        add(serial, XMLSignature.XMLNS, "ds:X509IssuerName", cert.getIssuerX500Principal().getName());
        add(serial, XMLSignature.XMLNS, "ds:X509SerialNumber", cert.getSerialNumber().toString());
        Element ofData = add(signed, XADES, "xades:SignedDataObjectProperties", null);
        Element format = add(ofData, XADES, "xades:DataObjectFormat", null);
        format.setAttribute("ObjectReference", "#R");
        add(format, XADES, "xades:MimeType", "text/xml");
        return all;
    }

    static Element add(Element parent, String space, String name, String text) {
        Element e = parent.getOwnerDocument().createElementNS(space, name);
        if (text != null) {
            e.setTextContent(text);
        }
        parent.appendChild(e);
        return e;
    }

    String verify(String file, X509Certificate ca) throws Exception {
        Document doc = parse(file);
        Node at = doc.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
        DOMValidateContext context = new DOMValidateContext(new Issued(ca), at);
        NodeList signed = doc.getElementsByTagNameNS(XADES, "SignedProperties");
        for (int i = 0; i < signed.getLength(); i++) {
            context.setIdAttributeNS((Element) signed.item(i), null, "Id");
        }
        XMLSignature signature = factory.unmarshalXMLSignature(context);
        if (!signature.getSignatureValue().validate(context)) {
            return "bad signature";
        }
        return signature.validate(context) ? "ok" : "bad digest";
    }

    /** The key of the first certificate, if the authority has issued that. */
    static class Issued extends KeySelector {
        final X509Certificate ca;

        Issued(X509Certificate ca) {
            this.ca = ca;
        }

        public KeySelectorResult select(KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            try {
                X509Data data = (X509Data) info.getContent().get(0);
                X509Certificate cert = (X509Certificate) data.getContent().get(0);
                cert.verify(ca.getPublicKey());
                PublicKey key = cert.getPublicKey();
                return () -> key;
            } catch (Exception e) {
                throw new KeySelectorException(e);
            }
        }
    }

    static Document parse(String file) throws Exception {
        DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
        f.setNamespaceAware(true);
        f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return f.newDocumentBuilder().parse(new File(file));
    }

    static X509Certificate certificate(String file) throws Exception {
        try (var in = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static PrivateKey key(String file, X509Certificate cert) throws Exception {
        KeyFactory f = KeyFactory.getInstance(cert.getPublicKey().getAlgorithm());
        return f.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(file))));
    }
}
