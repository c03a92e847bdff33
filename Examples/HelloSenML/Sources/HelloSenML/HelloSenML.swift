// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import SenML

/// Writes a reading and reads it back: SenML alone, without a network.
@main
struct HelloSenML {
    static func main() throws {
        let record = SenMLRecord(
            baseName: "urn:dev:ops:32473-1:", name: "temperature", unit: .celsius, value: .number(21.5))
        let bytes = try SenMLPack([record]).encoded(as: .senMLJSON)
        print(String(decoding: bytes, as: UTF8.self))
        for reading in try SenMLPack(decoding: bytes, as: .senMLJSON).resolved(now: 0) {
            print(reading.name ?? "", reading.value ?? .bool(false), reading.unit?.displayed ?? "")
        }
    }
}
