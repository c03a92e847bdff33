// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("How far a transfer is")
struct TransferMeterTests {
    @Test("Bytes, percent and rate")
    func text() {
        let half = TransferMeter.text(TransferProgress(completed: 4 << 20, total: 8 << 20), after: .seconds(2))
        #expect(half == "4.0 MiB of 8.0 MiB, 50 %, 2.0 MiB/s")
        #expect(TransferMeter.text(TransferProgress(completed: 3_000), after: .seconds(3)) == "2.9 KiB, 1000 bytes/s")
        #expect(TransferMeter.text(TransferProgress(completed: 5, total: 0), after: .zero) == "5 bytes of 0 bytes")
    }

    @Test(
        "Sizes for a person",
        arguments: [(0, "0 bytes"), (1_023, "1023 bytes"), (1_536, "1.5 KiB"), (1 << 30, "1024.0 MiB")])
    func size(bytes: Int, text: String) { #expect(TransferMeter.size(bytes) == text) }
}
