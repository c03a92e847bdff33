// SPDX-License-Identifier: Apache-2.0

/// Names of devices by a pattern in which `*` stands for any letters, `room-*`.
struct DevicePattern {
    private let parts: [[UInt8]]

    init(_ text: String) {
        parts = Array(text.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    func matches(_ name: String) -> Bool { matches(Array(name.utf8)) }

    func matches(_ name: [UInt8]) -> Bool {
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return parts.first == name }
        // Most names of a long list differ in their last letter already.
        if let byte = last.last, byte != name.last { return false }
        var rest = name[...]
        guard rest.count >= first.count + last.count, rest.starts(with: first), rest.suffix(last.count) == last[...]
        else { return false }
        rest = rest.dropFirst(first.count).dropLast(last.count)
        // The first place is as good as any later one.
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            var start = rest.startIndex
            while start + part.count <= rest.endIndex, rest[start..<start + part.count] != part[...] { start += 1 }
            guard start + part.count <= rest.endIndex else { return false }
            rest = rest[(start + part.count)...]
        }
        return true
    }
}
