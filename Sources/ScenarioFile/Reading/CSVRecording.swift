// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// A column of a CSV file: its first line names the columns, the others have times in seconds, or dates, and values.
struct CSVRecording {
    /// What to call the file in errors.
    let name: String
    let timeColumn: String
    let valueColumn: String

    private func problem(_ line: Int, _ what: String) -> CoAPError {
        CoAPError(.invalidArgument, "\(PrintableText.escaped(name.utf8)):\(line): \(what)")
    }

    /// The values with their times since the first one, in order. Lines without a value are passed over.
    func points(_ bytes: [UInt8]) throws(CoAPError) -> [ReplayTrack.Point] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw problem(1, "the file is no text in UTF-8; save it as such")
        }
        var points: [ReplayTrack.Point] = []
        var columns: (time: Int, value: Int)?
        var origin = 0.0
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !text.isEmpty, text.first != UInt8(ascii: "#") else { continue }
            let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard let columns else {
                columns = try self.columns(fields.map(Self.trimmed), number)
                continue
            }
            guard max(columns.time, columns.value) < fields.count else {
                throw problem(number, "has \(fields.count) columns and not as many as the first line; mend the line")
            }
            let value = Self.trimmed(fields[columns.value])
            guard !value.isEmpty else { continue }
            guard let value = PlainNumber.value(of: value) else {
                throw problem(number, "\(valueColumn): '\(value.shown)' is no number; write one, such as 21.5")
            }
            let time = Self.trimmed(fields[columns.time])
            guard let seconds = PlainNumber.value(of: time) ?? Timestamp.seconds(time) else {
                throw problem(
                    number, "\(timeColumn): '\(time.shown)' is no time; write seconds, or 2026-01-15T06:00:00Z")
            }
            if points.isEmpty { origin = seconds }
            if let last = points.last, seconds - origin <= last.time {
                throw problem(number, "\(timeColumn): \(time) comes not after the line before; sort by time")
            }
            guard seconds - origin <= ScenarioLimits.longest else {
                throw problem(number, "\(timeColumn): \(time) is more than ten years after the first; mend the line")
            }
            points.append(.init(time: seconds - origin, value: value))
            guard points.count <= ScenarioLimits.points else {
                throw problem(number, "the file has more than \(ScenarioLimits.points) values; leave some out")
            }
        }
        guard !points.isEmpty else {
            throw problem(number, "no value; write '\(timeColumn),\(valueColumn)' and below it lines such as '0,21.5'")
        }
        return points
    }

    private func columns(_ names: [String], _ line: Int) throws(CoAPError) -> (time: Int, value: Int) {
        func column(_ name: String) throws(CoAPError) -> Int {
            if let index = names.firstIndex(of: name) { return index }
            let known = names.prefix(20).map(\.shown).joined(separator: ", ")
            throw problem(line, "there is no column '\(name.shown)'; the first line names \(known)")
        }
        return (try column(timeColumn), try column(valueColumn))
    }

    private static func trimmed(_ field: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "\"") }
        let rest = field.drop(while: isBlank)
        let end = rest.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? rest.startIndex
        return String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
    }
}
