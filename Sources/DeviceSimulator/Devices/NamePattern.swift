// SPDX-License-Identifier: Apache-2.0

/// Names that are numbered: `room-{n:03}` is room-001, room-002 and so on; `{n}` stands for the bare number, and `{name}` for the
/// device's name.
public struct NamePattern: Hashable, Sendable {
    /// The pattern as it was written.
    public let text: String

    /// A pattern.
    public init(_ text: String) { self.text = text }

    /// The name with a number.
    ///
    /// - Parameters:
    ///   - number: what stands for `{n}`, with as many digits as `{n:03}` says.
    ///   - device: what stands for `{name}`.
    public func name(number: Int, device: String = "") -> String {
        var name = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            name += rest[..<open]
            let inner = rest[rest.index(after: open)..<close]
            if inner == "name" {
                name += device
            } else if inner == "n" {
                name += "\(number)"
            } else if inner.hasPrefix("n:"), let width = Int(inner.dropFirst(2)), (1...9).contains(width) {
                let digits = "\(number)"
                name += String(repeating: "0", count: max(0, width - digits.count)) + digits
            } else {
                name += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return name + rest
    }
}
