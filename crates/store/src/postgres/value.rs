//! Values in PostgreSQL's binary format.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::error::{Refusal, StoreError};
use crate::tx::Failure;
use crate::value::{Row, Value};

type Anything = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Anything> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => match *ty {
                Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
                Type::BOOL => (*number != 0).to_sql(ty, out),
                _ => number.to_sql(ty, out),
            },
            Self::Real(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::FLOAT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA
        )
    }

    to_sql_checked!();
}

impl Value {
    /// The type to declare for a statement that is not prepared.
    pub(super) const fn postgres_type(&self) -> Type {
        match self {
            Self::Int(_) => Type::INT8,
            Self::Real(_) => Type::FLOAT8,
            Self::Null | Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
        }
    }
}

/// All columns of a row.
pub(super) fn row(found: &tokio_postgres::Row) -> Result<Row, Failure> {
    let values: Result<Vec<Value>, Failure> = (0..found.len()).map(|column| value(found, column)).collect();
    Ok(Row::new(values?))
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, Failure> {
    let ty = row.columns()[column].type_();
    let read = match *ty {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|found| found.map(Value::Int)),
        Type::INT4 => row.try_get::<_, Option<i32>>(column).map(|found| found.map(|n| Value::Int(n.into()))),
        Type::BOOL => row.try_get::<_, Option<bool>>(column).map(|found| found.map(|b| Value::Int(b.into()))),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column).map(|found| found.map(Value::Real)),
        Type::TEXT | Type::VARCHAR | Type::NAME => {
            row.try_get::<_, Option<String>>(column).map(|found| found.map(Value::Text))
        }
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column).map(|found| found.map(Value::Bytes)),
        _ => {
            let error = StoreError::Refused(Refusal::Statement(format!("a column has type {ty}, which is not ours")));
            return Err(Failure { error, again: false });
        }
    };
    Ok(read.map_err(super::failure)?.unwrap_or(Value::Null))
}
