// SPDX-License-Identifier: Apache-2.0

/// Turns the values of a fleet into lines of CSV, `time,device,resource,value,unit`, the same for the same values.
///
/// Times are in UTC (ISO 8601), with milliseconds where there are any; values have as many digits as it takes to read back the same
/// number, and `NaN` stands for none. Lines come in the order of ``add(device:_:)``, in chunks of some 64 KiB.
public struct ValuesCSV: Sendable {
    private static let chunk = 65_536

    private let start: Double
    private let write: @Sendable ([UInt8]) -> Void
    /// What stands between time and value, and after the value, by device and resource; a device's begin at its offset.
    private var beginnings: [[UInt8]] = []
    private var ends: [[UInt8]] = []
    private var offsets: [Int] = []
    private var buffer: [UInt8] = []
    private var date = CSVDate()

    /// Begins with the line of names.
    ///
    /// - Parameters:
    ///   - scenario: tells devices, resources and units.
    ///   - start: the date at the start, in seconds since 1970; nil for the scenario's, or ``Scenario/usualStart``.
    ///   - write: gets each chunk of bytes.
    public init(_ scenario: Scenario, start: Double? = nil, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.start = start ?? scenario.start ?? Scenario.usualStart
        self.write = write
        for group in scenario.groups {
            let paths = group.resources.map(\.path)
            let units = group.resources.map { resource in
                if case .sensor(let sensor) = resource.content { sensor.unit } else { "" }
            }
            for number in group.numbers {
                offsets.append(beginnings.count)
                let name = Self.quoted(group.deviceName(number))
                beginnings += paths.map { Array(",\(name),\(Self.quoted($0)),".utf8) }
                ends += units.map { Array(",\(Self.quoted($0))\n".utf8) }
            }
        }
        buffer.reserveCapacity(Self.chunk + 256)
        buffer += "time,device,resource,value,unit\n".utf8
    }

    /// Adds the line of a value.
    ///
    /// - Parameters:
    ///   - device: the device's number in the fleet.
    ///   - sample: its value.
    public mutating func add(device: Int, _ sample: Sample) {
        let place = offsets[device] + sample.resource
        date.append(start + sample.time, to: &buffer)
        buffer += beginnings[place]
        CSVNumber.append(sample.value, to: &buffer)
        buffer += ends[place]
        if buffer.count >= Self.chunk { flush() }
    }

    /// Hands over what is left.
    public mutating func finish() { flush() }

    private mutating func flush() {
        guard !buffer.isEmpty else { return }
        write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// A field as RFC 4180 has it: in quotes where it has a comma, a quote or a line's end.
    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
