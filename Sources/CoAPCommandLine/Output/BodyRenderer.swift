// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import Foundation
import SenML

/// A response's body as a person likes to read it, by its format.
struct BodyRenderer {
    let terminal: Terminal

    /// What to write to the standard output.
    func render(_ payload: [UInt8], _ format: ContentFormat?) -> [UInt8] {
        guard !payload.isEmpty else { return [] }
        switch format {
        case .senMLJSON?:
            // A program wants all of the pack.
            guard terminal.isInteractive else { return text(payload) }
            if let table = senML(payload, .senMLJSON) { return Array(table.utf8) }
            return json(payload)
        case .senMLCBOR? where terminal.isInteractive:
            if let table = senML(payload, .senMLCBOR) { return Array(table.utf8) }
            return cbor(payload)
        case .linkFormat?:
            guard let links = try? LinkFormat(parsing: payload) else { return text(payload) }
            return Array(Self.links(links, terminal).utf8)
        case let format? where format.isJSON: return json(payload)
        case let format? where format.isCBOR && terminal.isInteractive: return cbor(payload)
        case let format?:
            // What is not meant as text is passed on byte for byte to a program, and looked at for a person.
            if format.isText || terminal.isInteractive && Self.looksLikeText(payload) { return text(payload) }
        case nil:
            // Text more often than not (RFC 7252 §5.5.2).
            if Self.looksLikeText(payload) { return text(payload) }
        }
        return terminal.isInteractive ? Array(Self.dump(payload).utf8) : payload
    }

    /// True for UTF-8 with no other control characters than those of plain text.
    private static func looksLikeText(_ payload: [UInt8]) -> Bool {
        guard String(validating: payload, as: UTF8.self) != nil else { return false }
        return payload.allSatisfy { $0 >= 0x20 && $0 != 0x7F || 0x09...0x0D ~= $0 }
    }

    /// Text with a line feed at its end; at a terminal without what would drive it.
    private func text(_ payload: [UInt8]) -> [UInt8] {
        let shown = terminal.isInteractive ? Array(PrintableText.multiline(payload).utf8) : payload
        return shown.last == 0x0A ? shown : shown + [0x0A]
    }

    private func json(_ payload: [UInt8]) -> [UInt8] {
        guard let value = try? JSONParser.parse(payload) else { return text(payload) }
        return text(Array(value.pretty.utf8))
    }

    /// CBOR in diagnostic notation (RFC 8949 §8), as bytes where it is none.
    private func cbor(_ payload: [UInt8]) -> [UInt8] {
        guard let value = try? CBORReader.parse(payload) else { return Array(Self.dump(payload).utf8) }
        return text(Array(value.prettyDiagnostic.utf8))
    }

    private func senML(_ payload: [UInt8], _ format: ContentFormat) -> String? {
        let now = Date().timeIntervalSince1970
        guard let pack = try? SenMLPack(decoding: payload, as: format), let records = try? pack.resolved(now: now)
        else {
            return nil
        }
        let times = ISO8601DateFormatter()
        let rows = records.map { record -> [String] in
            let value: String =
                switch record.value {
                case .number(let number): JSONValue.number(number).compact
                case .string(let text): PrintableText.escaped(text.utf8)
                case .bool(let flag): flag ? "true" : "false"
                case .data(let bytes): "0x" + Hexadecimal.encode(bytes)
                case nil: record.sum.map { "sum " + JSONValue.number($0).compact } ?? ""
                }
            let time = record.time.flatMap {
                abs($0) < 1e11 ? times.string(from: Date(timeIntervalSince1970: $0)) : nil
            }
            return [
                PrintableText.escaped((record.name ?? "").utf8), value,
                PrintableText.escaped((record.unit?.displayed ?? "").utf8), time ?? "",
            ]
        }
        return Table(heading: ["NAME", "VALUE", "UNIT", "TIME"], rows: rows, alignedRight: [1]).text(for: terminal)
    }

    /// A link-format document as a table.
    static func links(_ document: LinkFormat, _ terminal: Terminal) -> String {
        let known: Set = ["rt", "if", "ct", "title", "obs"]
        let rows = document.links.map { link -> [String] in
            let others = link.attributes.filter { !known.contains($0.name) }.map { attribute in
                attribute.value.map { "\(attribute.name)=\($0)" } ?? attribute.name
            }
            let cells = [
                link.target, link["rt"] ?? "", link["if"] ?? "", formats(link["ct"] ?? ""),
                link["obs"] == nil ? "" : "yes", link["title"] ?? "", others.joined(separator: " "),
            ]
            return cells.map { PrintableText.escaped($0.utf8) }
        }
        return Table(
            heading: ["RESOURCE", "TYPE", "INTERFACE", "FORMATS", "OBSERVABLE", "TITLE", "MORE"], rows: rows
        ).text(for: terminal)
    }

    /// The formats of a link by their names, `text, json`.
    static func formats(_ attribute: String) -> String {
        let names = attribute.split(separator: " ").map { number in
            UInt16(number).map { shortName(ContentFormat(rawValue: $0)) } ?? String(number)
        }
        return names.joined(separator: ", ")
    }

    /// What to write behind `-A` for a format: `json`, `senml+json`; its number where it has no name.
    private static func shortName(_ format: ContentFormat) -> String {
        guard let media = format.mediaType?.prefix(while: { $0 != ";" }) else { return String(format.rawValue) }
        let short = media == "text/plain" ? "text" : media.split(separator: "/").last.map(String.init) ?? ""
        return ContentFormat(named: short) == format ? short : String(media)
    }

    /// Bytes in rows of sixteen.
    static func dump(_ payload: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: payload.count, by: 16) {
            let row = payload[start..<min(start + 16, payload.count)]
            let digits = row.map { Hexadecimal.encode(CollectionOfOne($0)) }.joined(separator: " ")
            let characters = row.map { 0x20..<0x7F ~= $0 ? String(Character(Unicode.Scalar($0))) : "." }.joined()
            let offset = String(start, radix: 16)
            text += String(repeating: "0", count: max(0, 6 - offset.count)) + offset + "  "
            text += digits.padding(toLength: 47, withPad: " ", startingAt: 0) + "  " + characters + "\n"
        }
        return text + "(\(payload.count) bytes; -o FILE writes them to a file)\n"
    }
}
