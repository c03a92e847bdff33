// SPDX-License-Identifier: Apache-2.0

extension RadioProfile {
    /// IEEE 802.15.4 at 2.4 GHz with 6LoWPAN, sending with some 5 dBm: frames of 127 bytes, 31 of which are headers.
    public static let ieee802154 = RadioProfile(
        name: "802.15.4", transmitCurrent: 17, receiveCurrent: 18, sleepCurrent: 0.002, bitRate: 250_000,
        datagramOverhead: 31, listenTime: 0.01, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2, framePayload: 96)

    /// Bluetooth Low Energy at 1 Mbit/s with IPv6 (RFC 7668), sending with 0 dBm: packets of 251 bytes, the gaps between them in
    /// the rate, and the connection, kept with an event a second, in the sleep.
    public static let bluetoothLE = RadioProfile(
        name: "ble", transmitCurrent: 6, receiveCurrent: 6.5, sleepCurrent: 0.01, bitRate: 700_000,
        datagramOverhead: 29, listenTime: 0.003, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2, framePayload: 236)

    /// LoRa at 868 MHz with 125 kHz and spreading factor 9, sending with 14 dBm, headers compressed (RFC 8724): frames of 115
    /// bytes, and two windows to listen after each. What the rules of the band allow in an hour is not looked at.
    public static let lora = RadioProfile(
        name: "lora", transmitCurrent: 40, receiveCurrent: 11, sleepCurrent: 0.001, bitRate: 1_760,
        datagramOverhead: 16, listenTime: 0.1, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2, framePayload: 112)

    /// NB-IoT, sending with 23 dBm, in its power saving mode between: it stays connected for a while after each datagram, with its
    /// receiver on for a part of that.
    public static let narrowBand = RadioProfile(
        name: "nb-iot", transmitCurrent: 220, receiveCurrent: 50, sleepCurrent: 0.004, bitRate: 25_000,
        datagramOverhead: 60, listenTime: 2, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2)

    /// LTE-M, sending with 23 dBm, in its power saving mode between; as NB-IoT, but faster.
    public static let lteM = RadioProfile(
        name: "lte-m", transmitCurrent: 230, receiveCurrent: 70, sleepCurrent: 0.005, bitRate: 300_000,
        datagramOverhead: 60, listenTime: 0.6, processorCurrent: 6, preSharedKeyHandshakeTime: 0.01,
        certificateHandshakeTime: 1.2)

    /// Wi-Fi at 2.4 GHz on a module that sleeps deeply between, with a 240 MHz processor. What it takes to join the network again is not
    /// counted.
    public static let wiFi = RadioProfile(
        name: "wi-fi", transmitCurrent: 240, receiveCurrent: 95, sleepCurrent: 0.01, bitRate: 12_000_000,
        datagramOverhead: 100, listenTime: 0.05, processorCurrent: 40, preSharedKeyHandshakeTime: 0.003,
        certificateHandshakeTime: 0.3)

    /// All of these.
    public static let known: [RadioProfile] = [ieee802154, bluetoothLE, lora, narrowBand, lteM, wiFi]

    /// One of these by its ``name``; nil for another name.
    public static func named(_ name: String) -> RadioProfile? { known.first { $0.name == name } }
}
