//! Reads rows out of CSV, XLSX and JSON Lines, one at a time.

use std::io::{BufRead, BufReader, Cursor, Read};

use calamine::{Data, Reader as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The kinds of files that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Xlsx,
    Jsonl,
}

impl Format {
    /// By the end of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// A row as read: its number in the file (the first data row is 1) and its cells by column name.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub number: u64,
    pub cells: Map<String, Value>,
}

/// A row that cannot be read; the rows after it still can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {number}: {reason}")]
pub struct BadRow {
    pub number: u64,
    pub reason: String,
}

/// The file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadSource {
    #[error("could not read the file")]
    Read(#[from] std::io::Error),
    #[error("not a spreadsheet that can be read: {0}")]
    Sheet(String),
    #[error("the file has no header row")]
    NoHeader,
}

type Rows<'a> = Box<dyn Iterator<Item = Result<Row, BadRow>> + Send + 'a>;

/// Longer lines are refused: a row of a ticket file is not a film.
const MAX_LINE_BYTES: u64 = 4_000_000;

/// Opens a source. JSON Lines and CSV stream; XLSX is unpacked in memory, as the format demands.
///
/// # Errors
/// [`BadSource`] when the file is not of that format at all.
pub fn open<'a>(format: Format, mut input: Box<dyn Read + Send + 'a>) -> Result<Rows<'a>, BadSource> {
    match format {
        Format::Jsonl => Ok(json_lines(input)),
        Format::Csv => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes)?;
            csv_rows(&decode(bytes))
        }
        Format::Xlsx => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes)?;
            sheet_rows(bytes)
        }
    }
}

fn json_lines<'a>(input: Box<dyn Read + Send + 'a>) -> Rows<'a> {
    let mut reader = BufReader::new(input);
    let mut number = 0;
    Box::new(std::iter::from_fn(move || {
        loop {
            let mut line = Vec::new();
            let read = reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            match read {
                Ok(0) => return None,
                Ok(_) => number += 1,
                Err(error) => {
                    return Some(Err(BadRow { number: number + 1, reason: error.to_string() }));
                }
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let row = serde_json::from_slice::<Map<String, Value>>(&line);
            return Some(match row {
                Ok(cells) => Ok(Row { number, cells }),
                Err(error) => Err(BadRow { number, reason: error.to_string() }),
            });
        }
    }))
}

/// UTF-8 with or without a mark, UTF-16 with one, else GB 18030, as Chinese spreadsheets write it.
fn decode(bytes: Vec<u8>) -> String {
    if let Some((encoding, skip)) = encoding_rs::Encoding::for_bom(&bytes) {
        return encoding.decode_without_bom_handling(&bytes[skip..]).0.into_owned();
    }
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let (text, _, _) = encoding_rs::GB18030.decode(error.as_bytes());
        text.into_owned()
    })
}

fn csv_rows<'a>(text: &str) -> Result<Rows<'a>, BadSource> {
    let header_line = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|byte| header_line.bytes().filter(|found| found == byte).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(Cursor::new(text.as_bytes().to_vec()));
    let names: Vec<String> = match reader.headers() {
        Ok(header) if !header.iter().all(str::is_empty) => header.iter().map(|name| name.trim().to_owned()).collect(),
        _ => return Err(BadSource::NoHeader),
    };
    Ok(Box::new(reader.into_records().zip(1u64..).map(move |(record, number)| {
        let record = record.map_err(|error| BadRow { number, reason: error.to_string() })?;
        if record.len() > names.len() {
            let reason = format!("{} cells under {} columns", record.len(), names.len());
            return Err(BadRow { number, reason });
        }
        let cells = names.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        Ok(Row { number, cells: cells.map(|(name, cell)| (name.clone(), unprefixed(cell).into())).collect() })
    })))
}

/// Takes back the apostrophe that our own export puts before cells a spreadsheet would run as a formula.
fn unprefixed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

fn sheet_rows<'a>(bytes: Vec<u8>) -> Result<Rows<'a>, BadSource> {
    let wrong = |error: calamine::XlsxError| BadSource::Sheet(error.to_string());
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let name = book.sheet_names().first().cloned().ok_or(BadSource::NoHeader)?;
    let sheet = book.worksheet_range(&name).map_err(wrong)?;
    let mut rows = sheet.rows();
    let names: Vec<String> =
        rows.next().ok_or(BadSource::NoHeader)?.iter().map(|cell| cell.to_string().trim().to_owned()).collect();
    let rows: Vec<Row> = rows
        .zip(1u64..)
        .map(|(cells, number)| {
            let cells = names.iter().zip(cells).filter_map(|(name, cell)| Some((name.clone(), cell_value(cell)?)));
            Row { number, cells: cells.collect() }
        })
        .filter(|row| !row.cells.is_empty())
        .collect();
    Ok(Box::new(rows.into_iter().map(Ok)))
}

fn cell_value(cell: &Data) -> Option<Value> {
    match cell {
        Data::Empty | Data::Error(_) => None,
        Data::String(text) if text.is_empty() => None,
        Data::String(text) => Some(unprefixed(text).into()),
        Data::Bool(value) => Some((*value).into()),
        Data::Int(value) => Some((*value).into()),
        // A spreadsheet has only floating numbers: 3 arrives as 3.0.
        Data::Float(value) => Some(value.to_string().into()),
        Data::DateTime(value) => {
            let days = value.as_f64();
            // Day 25,569 of the spreadsheet calendar is 1970-01-01.
            let millis = ((days - 25_569.0) * 86_400_000.0).round();
            let instant = domain::time::Timestamp::from_millis(millis as i64).to_string();
            // A cell has a local time and no zone; the mapping's zone is applied later.
            Some(instant.trim_end_matches('Z').trim_end_matches(".000").to_owned().into())
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.clone().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Format, bytes: &[u8]) -> Vec<Result<Row, BadRow>> {
        open(format, Box::new(Cursor::new(bytes.to_vec()))).map(Iterator::collect).unwrap_or_default()
    }

    fn cell(rows: &[Result<Row, BadRow>], index: usize, name: &str) -> Value {
        rows[index].as_ref().expect("a good row").cells[name].clone()
    }

    #[test]
    fn json_lines_keep_their_line_numbers_and_survive_a_bad_line() {
        let rows = read(Format::Jsonl, "{\"a\":1}\n\nnot json\n{\"a\":\"二\"}".as_bytes());
        assert_eq!(rows.len(), 3);
        assert_eq!(cell(&rows, 0, "a"), 1);
        assert_eq!(rows[1].as_ref().expect_err("bad").number, 3);
        assert_eq!(rows[2].as_ref().expect("good").number, 4);
    }

    #[test]
    fn csv_is_read_in_the_encodings_people_send() {
        let text = "标题,内容\n打印机,\"不能,打印\"\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        let marked: Vec<u8> = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &marked, &gbk] {
            let rows = read(Format::Csv, bytes);
            assert_eq!(cell(&rows, 0, "内容"), "不能,打印");
        }
        let rows = read(Format::Csv, b"a\tb\n1\t2\n1\t2\t3\n'=1+1\t4\n");
        assert_eq!(cell(&rows, 0, "b"), "2");
        assert_eq!(rows[1].as_ref().expect_err("too many cells").number, 2);
        assert_eq!(cell(&rows, 2, "a"), "=1+1");
    }

    #[test]
    fn what_is_no_spreadsheet_is_refused() {
        assert!(open(Format::Xlsx, Box::new(Cursor::new(b"PK nothing"))).is_err());
        assert!(open(Format::Csv, Box::new(Cursor::new(b""))).is_err());
    }
}
