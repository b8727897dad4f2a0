//! Documents of word processors.

use std::io::Write;

use retold_corpus::{Input, Reason};

use crate::reading::{fields, folder, gzip, options, read, read_file, read_from, said};

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in parts {
        // What tells the format is not compressed.
        let is_stored = *name == "mimetype";
        let method = match is_stored {
            true => rawzip::CompressionMethod::STORE,
            false => rawzip::CompressionMethod::DEFLATE,
        };
        let (mut entry, config) =
            archive.new_file(name).compression_method(method).start().unwrap();
        let descriptor = if is_stored {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        } else {
            let level = flate2::Compression::default();
            let packer = flate2::write::DeflateEncoder::new(&mut entry, level);
            let mut writer = config.wrap(packer);
            writer.write_all(bytes).unwrap();
            let (packer, descriptor) = writer.finish().unwrap();
            packer.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let about = "<cp:coreProperties><dc:title>The ferry</dc:title><dc:creator>Ane</dc:creator>\
                 <dcterms:created>2024-05-01</dcterms:created></cp:coreProperties>";
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("docProps/core.xml", about.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

fn odt(manifest: &str) -> Vec<u8> {
    let content = "<office:document-content><office:body><office:text>\
        <text:tracked-changes><text:p>gone</text:p></text:tracked-changes>\
        <text:h>The  \n ferry</text:h><text:p>It<text:s text:c='2'/>left &amp; \
        <text:span>sank<text:note><text:p>note</text:p></text:note></text:span>.</text:p>\
        <text:p/><text:p>End.</text:p></office:text></office:body></office:document-content>";
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("meta.xml", b"<m><dc:title>T</dc:title><dc:creator>Bo</dc:creator></m>"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

#[test]
fn documents_of_word_processors_are_read_whatever_their_names() {
    let body = "<w:p><w:pPr><w:tab/></w:pPr><w:r><w:t xml:space='preserve'>The </w:t></w:r>\
        <w:r><w:t>ferry &amp; co</w:t><w:tab/><w:t>left</w:t><w:br/><w:t>twice.</w:t></w:r></w:p>\
        <w:p/><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>End.</w:t></w:r></w:p>";
    let (docx, odt) = (docx(body), odt("<manifest/>"));
    let folder = folder(&[("a.docx", &docx), ("b.odt", &odt), ("c", &docx), ("d.txt", &odt)]);
    let (records, report) = read(folder.path());
    let word = "The ferry & co\tleft\ntwice.\n\nCell\n\nEnd.";
    let open = "The ferry\n\nIt  left & sank.\n\nEnd.";
    assert_eq!(said(&records), [("a.docx", word), ("b.odt", open), ("c", word), ("d.txt", open)]);
    assert_eq!(fields(&records[0]), ["The ferry", "-", "-", "-", "Ane", "-"]);
    assert_eq!(fields(&records[1]), ["T", "-", "-", "-", "Bo", "-"]);
    assert_eq!((report.failures, report.files), (0, 4));
    assert_eq!(said(&read_from(Input::Stdin, &docx, options()).0), [("-", word)]);
    let packed = gzip(&odt);
    assert_eq!(said(&read_file("b.odt.gz", &packed).0), [("b.odt.gz", open)]);
}

#[test]
fn documents_that_cannot_be_read_are_named_with_advice() {
    let good = docx("<w:p><w:r><w:t>Text</w:t></w:r></w:p>");
    let mut sealed = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0".to_vec();
    sealed.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let bomb = docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "x".repeat(4_000_000)));
    let entities = docx("<w:p><w:t>&a;</w:t></w:p>");
    let deep = docx(
        &("<w:tbl>".repeat(300_000) + "<w:p><w:t>Deep</w:t></w:p>" + &"</w:tbl>".repeat(300_000)),
    );
    let folder = folder(&[
        ("a.docx", &good[..good.len() / 2]),
        ("b.docx", &sealed),
        ("c.odt", &odt("<m><manifest:encryption-data/></m>")),
        ("d.docx", &bomb),
        ("e.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"),
        ("f.docx", &docx("<w:p></w:tbl>")),
        ("g.docx", &entities),
        ("h.docx", &deep),
        ("i.docx", &docx("<w:p/>")),
    ]);
    let small = options().max_article_bytes(1_000_000);
    let (records, report) = read_from(Input::Path(folder.path().into()), b"", small);
    assert_eq!(said(&records), [("g.docx", "&a;")]);
    let listed = report.skipped.listed().iter();
    let found: Vec<_> = listed
        .map(|p| (p.path.rsplit('/').next().unwrap().chars().next().unwrap(), p.reason))
        .collect();
    use Reason::{Corrupt, Document, Empty, Encrypted, TooLong};
    assert_eq!(
        found,
        [
            ('a', Corrupt),
            ('b', Encrypted),
            ('c', Encrypted),
            ('d', TooLong),
            ('e', Document),
            ('f', Corrupt),
            ('h', TooLong),
            ('i', Empty),
        ]
    );
    assert_eq!(report.failures, 7);
    let (records, _) = read(&folder.path().join("h.docx"));
    assert_eq!(records[0].text, "Deep");
}
